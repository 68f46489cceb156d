using TripletGpu.Kernels;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;
using static TripletGpu.Runner.Bench.Roofline.WorkSizes;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Convolutions in tiles and panels, their filters' gradients, and what prepares and sums them.</summary>
static class ConvolutionWork
{
    // How many parts sums are taken in where a kernel adds parts up.
    const int Parts = 4;

    /// <summary>The launches for a convolution layer.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not Conv2d op) yield break;
        Shape x = layer.Inputs[0], w = layer.Inputs[1], y = layer.Output;
        ConvolutionShape d = new(
            sizes.Images, x[1], x[2], x[3], w[0], w[2], w[3], y[2], y[3], op.Geometry.StrideH, op.Geometry.StrideW,
            op.Geometry.PaddingTop, op.Geometry.PaddingLeft, op.Geometry.DilationH, op.Geometry.DilationW);
        ConvolutionTarget target = ConvolutionTarget.All(d.P, d.Q);
        int pixels = d.N * d.Pixels, from = d.N * d.C * d.H * d.W, to = pixels * d.K, weights = d.K * d.Taps;
        (string, long)[] letters =
            [("N", d.N), ("C", d.C), ("H", d.H), ("W", d.W), ("K", d.K), ("R", d.R), ("S", d.S), ("P", d.P), ("Q",
            d.Q)];
        KernelCost forward = KernelCost.Of(
            "2 N K P Q C R S", "4 (N C H W + K C R S + N K P Q)", letters);
        string at = layer.Name;
        foreach (KernelSource kernel in WorkSizes.Of("ConvolutionKernels.Tiled"))
        {
            if (IsInQuads(kernel) && !StagedRows.TakesQuads(d.Taps)) continue;
            int size = ProductWork.TileOf(kernel);
            WorkMemory output = Write(to);
            yield return new(
                kernel.Name, at, (Groups(pixels, size), Groups(d.K, size)), forward, Read(from), Read(weights), output,
                output, output, d, target, d.Taps);
        }
        foreach (KernelSource kernel in WorkSizes.Of("ConvolutionKernels.BackwardWeight"))
        {
            if (IsInQuads(kernel) && !StagedRows.TakesQuads(d.Pixels)) continue;
            int size = ProductWork.TileOf(kernel);
            yield return new(
                kernel.Name, at, (Groups(d.Taps, size), Groups(d.K, size)), forward, Read(from), Read(to),
                Write(weights), d, pixels, 0);
        }
        WorkMemory sum = Write(to);
        yield return new(
            "ConvolutionKernels.SumParts", at, to,
            KernelCost.Of("T N K P Q", "4 (T + 1) N K P Q", [.. letters, ("T", Parts)]), Read(Parts * to), sum, sum,
                sum,
            d, target, Parts);
        yield return new(
            "ConvolutionKernels.FlipTaps", at, (d.K, d.C), KernelCost.Of("0", "8 K C R S", letters), Read(weights),
            Write(weights), d, new TapSubset(0, 0, 1, 1, d.R, d.S));
        yield return new(
            "ConvolutionKernels.CutRelu", at, to, KernelCost.Of("N K P Q", "12 N K P Q", letters), Read(to),
            Update(to));
        foreach (KernelWork work in Panels(sizes, layer.Name, d, letters, forward)) yield return work;
        foreach (KernelWork work in DepthwiseWork.Of(layer.Name, d)) yield return work;
        foreach (KernelWork work in ReluPoolWork.Of(layer.Name, d)) yield return work;
    }

    static bool IsInQuads(KernelSource kernel) => kernel.Name.Contains("<Quads", StringComparison.Ordinal);

    static IEnumerable<KernelWork> Panels(
        WorkSizes sizes, string at, ConvolutionShape d, (string, long)[] letters, KernelCost forward)
    {
        const int wide = PanelTile.Columns;
        int pixels = d.N * d.Pixels, from = d.N * d.C * d.H * d.W, to = pixels * d.K, weights = d.K * d.Taps;
        int panels = Groups(pixels, wide), each = sizes.Plan.RowsEach(panels, d.K), filters = Groups(d.K,
            wide) * wide;
        (string, long)[] packed = [.. letters, ("L", filters), ("T", Parts)];
        WorkMemory output = Write(to);
        yield return new(
            "ConvolutionPanelKernels.Multiply", at, (panels, Groups(d.K, each)), forward, Read(from), Read(weights),
            output, output, output, d, FilterLayout.Of(d), ConvolutionTarget.All(d.P, d.Q), each);
        yield return new(
            "ConvolutionPanelKernels.PackGradient", at, (Groups(d.Pixels, 16), Groups(d.K, wide), d.N),
            KernelCost.Of("0", "4 N P Q (K + L)", packed), Read(to), Write(filters * pixels), d);
        yield return new(
            "ConvolutionPanelKernels.BackwardWeight", at, (Groups(d.Taps, wide), Parts),
            KernelCost.Of("2 N L P Q C R S", "4 (N C H W + N L P Q + T L C R S)", packed), Read(from),
            Read(filters * pixels), Write(Parts * d.Taps * filters), d, Groups(pixels, Parts));
        yield return new(
            "ConvolutionPanelKernels.SumParts", at, (d.Taps, Groups(d.K, Lanes16.Count)),
            KernelCost.Of("T K C R S", "4 (T L + K) C R S", packed), Read(Parts * d.Taps * filters), Write(weights),
                d.K,
            d.Taps, Parts, 0);
    }
}
