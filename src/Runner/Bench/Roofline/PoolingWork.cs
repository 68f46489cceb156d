using TripletGpu.Kernels.Pooling;
using TripletGpu.Kernels.Reductions;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Pooling of every kind with the window of a layer.</summary>
static class PoolingWork
{
    /// <summary>The launches for a pooling layer.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, NamedLayer layer)
    {
        PoolingWindow? found = layer.Op switch
        {
            MaxPool2d max => max.Window,
            L2Pool2d l2 => l2.Window,
            _ => null,
        };
        if (found is not { } window) yield break;
        Shape x = layer.Inputs[0], y = layer.Output;
        PlaneWindow d = new(
            x[2], x[3], y[2], y[3], window.Height, window.Width, window.StrideH, window.StrideW, window.Top,
            window.Left,
            window.Bottom, window.Right);
        int planes = sizes.Images * x[1], from = planes * d.H * d.W, to = planes * d.P * d.Q;
        string at = layer.Name;
        // Taps inside of the planes, of all windows of a plane.
        long taps = Enumerable.Range(0, d.P).Sum(p => d.EndLine(p) - d.FirstLine(p))
            * (long)Enumerable.Range(0, d.Q).Sum(q => d.EndColumn(q) - d.FirstColumn(q));
        (string, long)[] letters =
            [("B", planes), ("H", d.H), ("W", d.W), ("P", d.P), ("Q", d.Q), ("T", taps)];
        KernelCost Cost(string flops, string bytes) => KernelCost.Of(flops, bytes, letters);
        WorkMemory places = Holding([.. Enumerable.Range(0, to).Select(i => (float)(i % (d.R * d.S)))]);
        yield return new("PoolingKernels.Max", at, to, Cost("B T", "4 B (H W + 2 P Q)"), Read(from), Write(to),
            Write(to), d);
        yield return new(
            "PoolingKernels.MaxBackward", at, from, Cost("B T", "4 B (H W + 2 P Q)"), places, Read(to), Write(from), d,
            0);
        yield return new(
            "PoolingKernels.Average", at, to, Cost("B (T + P Q)", "4 B (H W + P Q)"), Read(from), Write(to), d, 1);
        yield return new(
            "PoolingKernels.AverageBackward", at, from, Cost("2 B T", "4 B (H W + P Q)"), Read(to), Write(from), d, 1,
            0);
        yield return new(
            "PoolingKernels.L2", at, to, Cost("B (2 T + P Q)", "4 B (H W + P Q)"), Read(from), Write(to), d);
        yield return new(
            "PoolingKernels.L2Backward", at, from, Cost("B (3 T + H W)", "8 B (H W + P Q)"), Read(from), Positive(to),
            Read(to), Write(from), d, 0);
    }

    /// <summary>The launches for the mean of each plane.</summary>
    public static IEnumerable<KernelWork> Mean(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not GlobalAveragePool) yield break;
        Shape x = layer.Inputs[0];
        int rows = sizes.Images * x[1], plane = x.Product(2, 4);
        ReduceDims d = new(rows, plane, 1);
        (string, long)[] letters = [("B", rows), ("P", plane)];
        yield return new(
            "ReductionKernels.SumByItem", layer.Name, rows, KernelCost.Of("B (P + 1)", "4 B (P + 1)", letters),
            Read(rows * plane), Write(rows), d, 1f / plane, 0);
        yield return new(
            "ReductionKernels.Spread", layer.Name, rows * plane, KernelCost.Of("B P", "4 B (P + 1)", letters),
            Read(rows), Write(rows * plane), d, 1f / plane, 0);
    }
}
