using TripletGpu.Kernels.Normalization;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;
using static TripletGpu.Runner.Bench.Roofline.WorkSizes;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Batch norm and local response norm over a layer's map.</summary>
static class NormalizationWork
{
    const int Parts = 4;

    /// <summary>The launches for a batch norm.</summary>
    public static IEnumerable<KernelWork> Batch(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not BatchNorm) yield break;
        int c = layer.Output[1], plane = layer.Output.Product(2, layer.Output.Rank);
        ChannelDims d = ChannelDims.Of(sizes.Images, c, plane, sizes.Plan.ElementsEach);
        int n = sizes.Images * c * plane, blocks = sizes.Images * c * d.Blocks;
        (string, long)[] letters = [("N", n), ("C", c), ("T", Parts)];
        string at = layer.Name;
        KernelCost Cost(string flops, string bytes) => KernelCost.Of(flops, bytes, letters);
        WorkMemory Weights() => Positive(c);
        WorkMemory Statistics() => Positive(3 * c);
        WorkMemory described = Write(3 * c);
        // A deviation, its square, and two sums in two floats each; then a dozen operations a channel.
        yield return new(
            "BatchNormKernels.Statistics", at, (c, 1), Cost("16 N + 18 C", "4 N + 28 C"), Read(n), Update(c), Update(c),
            described, described, d, d.Count, 0.1f, 1e-5f);
        yield return new(
            "BatchNormKernels.FinishStatistics", at, c, Cost("(14 T + 18) C", "(12 T + 28) C"), Positive(3 * c * Parts),
            Update(c), Update(c), Write(3 * c), d, Parts, 0.1f, 1e-5f);
        yield return new(
            "BatchNormKernels.StatisticsByItem", at, c, Cost("4 N + 18 C", "4 N + 28 C"), Read(n), Update(c), Update(c),
            Write(3 * c), d, 0.1f, 1e-5f);
        yield return new(
            "BatchNormKernels.FrozenStatistics", at, c, Cost("3 C", "20 C"), Read(c), Positive(c), Write(3 * c), c,
            1e-5f);
        // Of the statistics it writes the third row.
        yield return new(
            "BatchNormKernels.KeepSquares", at, c, Cost("C", "8 C"), Positive(c), Write(3 * c, touched: c), d);
        yield return new(
            "BatchNormKernels.Normalize", at, blocks, Cost("6 N", "8 N + 20 C"), Read(n), Weights(), Weights(),
            Statistics(), Write(n), d, 1);
        yield return new(
            "BatchNormKernels.NormalizeAdded", at, blocks, Cost("7 N", "12 N + 20 C"), Read(n), Weights(), Weights(),
            Statistics(), Read(n), Write(n), d, 1);
        yield return new(
            "BatchNormKernels.GradientSums", at, (c, 1), Cost("9 N", "8 N + 28 C"), Read(n), Weights(), Weights(),
            Statistics(), Read(n), Write(2 * c), d, d.Count, 1);
        yield return new(
            "BatchNormKernels.GradientSumsByItem", at, c, Cost("9 N", "8 N + 28 C"), Read(n), Weights(), Weights(),
            Statistics(), Read(n), Write(2 * c), d, 1);
        // The sums stay in the first part.
        yield return new(
            "BatchNormKernels.FinishGradients", at, c, Cost("2 (T - 1) C", "8 (2 T + 1) C"), Update(2 * c * Parts),
            Write(c), Write(c), c, Parts, 1, 1);
        yield return new(
            "BatchNormKernels.InputGradient", at, blocks, Cost("11 N", "12 N + 28 C"), Read(n), Weights(), Weights(),
            Statistics(), Read(n), Read(2 * c), Write(n), d, 0, 1, 0);
        foreach (KernelWork work in Whole("", 16)) yield return work;
        foreach (KernelWork work in Whole("ByItem", 4)) yield return work;

        // Operations an element of the sums differ.
        IEnumerable<KernelWork> Whole(string form, int summing)
        {
            WorkMemory y = Write(n);
            yield return new(
                $"BatchNormKernels.NormalizeWhole{form}", at, c, Cost($"{summing + 6} N + 18 C", "8 N + 36 C"), Read(n),
                Weights(), Weights(), Update(c), Update(c), Write(3 * c), y, y, d, 0.1f, 1e-5f, 1, 0);
            yield return new(
                $"BatchNormKernels.GradientsWhole{form}", at, c, Cost("20 N", "12 N + 28 C"), Read(n), Weights(),
                Weights(), Statistics(), Read(n), Write(c), Write(c), Write(n), d, 1, 1, 1, 0);
        }
    }

    /// <summary>The launches for a local response norm.</summary>
    public static IEnumerable<KernelWork> Response(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not LocalResponseNorm op) yield break;
        int c = layer.Output[1], plane = layer.Output.Product(2, 4), planes = sizes.Images * c, n = planes * plane;
        ResponseNormDims d = new(c, plane, op.Size, op.Alpha, op.Beta, op.K, sizes.Plan.ElementsEach);
        // Channels of the windows around all channels.
        long seen = Enumerable.Range(0, c).Sum(channel => d.End(channel) - d.First(channel));
        (string, long)[] letters = [("B", sizes.Images), ("C", c), ("P", plane), ("W", seen)];
        string at = layer.Name;
        KernelCost Cost(string flops, string bytes) => KernelCost.Of(flops, bytes, letters);
        yield return new(
            "ResponseNormKernels.Responses", at, planes * d.Blocks, Cost("4 B W P", "8 B C P"), Read(n), Write(n), d);
        yield return new(
            "ResponseNormKernels.Forward", at, Groups(n, d.Each), Cost("6 B C P", "12 B C P"), Read(n), Positive(n),
            Write(n), d, n);
        yield return new(
            "ResponseNormKernels.Backward", at, planes * d.Blocks, Cost("B P (6 C + 11 W)", "16 B C P"), Read(n),
            Positive(n), Read(n), Write(n), d, 0);
    }
}
