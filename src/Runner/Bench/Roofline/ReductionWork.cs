using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Reductions;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Sums, softmax and copies of a layer's map, and of rows of embeddings.</summary>
static class ReductionWork
{
    const int Classes = 1000;

    /// <summary>The launches for a layer's output: sums for each channel, and its axes in another order.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not BatchNorm) yield break;
        int images = sizes.Images, c = layer.Output[1], plane = layer.OutputCount / c, n = images * c * plane;
        (string, long)[] letters = [("N", n), ("C", c)];
        string at = layer.Name;
        BroadcastDims dims = new(1, 1, images, c, plane, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0);
        BroadcastBox box = new(1, 1, 1, c, 1, 1, 1, 1, images, 1, plane);
        yield return new(
            "ReductionKernels.SumBox", at, c, KernelCost.Of("7 N + C", "4 (N + C)", letters), Read(n), Write(c), dims,
            box,
            1f, 0);
        yield return new(
            "ReductionKernels.SumBoxByItem", at, c, KernelCost.Of("N + C", "4 (N + C)", letters), Read(n), Write(c),
            dims,
            box, 1f, 0);
        int each = sizes.Plan.ElementsEach;
        StridedDims turned = new(
            1, 1, images, c, plane, 0, 0, 0, c * plane, plane, 1, 0, 0, 0, c * plane, 1, c, 0, 0, each);
        yield return new(
            "StridedCopyKernels.Copy", at, images * c * turned.Blocks, KernelCost.Of("N", "8 N", letters), Read(n),
            Write(n), turned, 1f, 0);
        // Four tensors of as many channels as the map.
        int row = c * plane;
        JoinDims joined = JoinDims.Of(
            new(0, row, 0), new(row, row, 0), new(2 * row, row, 0), new(3 * row, row, 0), 4 * row, each);
        int items = images * joined.ByBlocks.Divisor;
        yield return new(
            "ConcatKernels.Join", at, items, KernelCost.Of("0", "32 N", letters), Read(n), Read(n), Read(n), Read(n),
            Write(4 * n), joined);
        yield return new(
            "ConcatKernels.Split", at, items, KernelCost.Of("0", "32 N", letters), Read(4 * n), Write(n), Write(n),
            Write(n), Write(n), joined);
    }

    /// <summary>The launches for N rows of embeddings, and for a classifier of a thousand classes.</summary>
    public static IEnumerable<KernelWork> Rows(int n)
    {
        string at = $"{n}";
        const int d = WorkSizes.Width;
        (string, long)[] unit = [("N", n), ("D", d)];
        yield return new(
            "UnitRowKernels.Forward", at, n, KernelCost.Of("N (4 D + 3)", "4 N (2 D + 1)", unit), Read(n * d),
            Write(n * d),
            Write(n), d, 1e-6f);
        yield return new(
            "UnitRowKernels.Backward", at, n, KernelCost.Of("N (6 D + 2)", "4 N (3 D + 1)", unit), Read(n * d),
            Positive(n),
            Read(n * d), Write(n * d), d, 1e-6f, 0);
        yield return new(
            "ReductionKernels.SumRows", at, d, KernelCost.Of("7 N D", "4 (N + 1) D", unit), Read(n * d), Write(d), n,
            d, 0);
        (string, long)[] softmax = [("N", n), ("K", Classes)];
        int count = n * Classes;
        WorkMemory labels = Holding([.. Enumerable.Range(0, n).Select(row => row % Classes)]);
        KernelCost Cost(string flops, string bytes) => KernelCost.Of(flops, bytes, softmax);
        yield return new(
            "SoftmaxKernels.LogSums", at, n, Cost("N (4 K + 1)", "4 N (K + 2)"), Read(count), Write(2 * n), Classes);
        yield return new(
            "SoftmaxKernels.LogSoftmax", at, count, Cost("2 N K", "8 N (K + 1)"), Read(count), Positive(2 * n),
            Write(count), Classes);
        yield return new(
            "SoftmaxKernels.LogSoftmaxBackward", at, n, Cost("4 N K", "12 N K"), Read(count), Read(count), Write(count),
            Classes, 0);
        // Of each row it reads the label's element.
        yield return new(
            "SoftmaxKernels.CrossEntropy", at, 1, Cost("3 N + 1", "16 N + 4"), Read(count, touched: n), labels,
            Positive(2 * n),
            Write(1), n, Classes);
        yield return new(
            "SoftmaxKernels.CrossEntropyBackward", at, count, Cost("5 N K + N", "4 N (2 K + 3) + 4"), Read(count),
            labels,
            Positive(2 * n), Read(1), Write(count), n, Classes, 0);
    }
}
