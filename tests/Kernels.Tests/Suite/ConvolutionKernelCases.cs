using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Convolutions: padding on one side, strides and dilations that differ, images whose pixels share a panel.
/// </summary>
public static class ConvolutionKernelCases
{
    const int Images = 2;

    // 3 channels of 5 x 7, filters of 3 x 2, output 3 x 6: padding at the top alone.
    static readonly ConvolutionShape Plain = new(3, 5, 7, 4, 3, 2, 4, 6, 1, 1, 1, 0, 1, 1);

    // Stride 2 and 3, dilation 2 and 1, padding at the top and at the left.
    static readonly ConvolutionShape Strided = new(2, 9, 11, 4, 3, 3, 4, 4, 2, 3, 1, 2, 2, 1);

    // Lines of 19 pixels that lie side by side; taps enough for two steps in depth.
    static readonly ConvolutionShape Deep = new(30, 3, 19, 9, 3, 3, 3, 19, 1, 1, 1, 1, 1, 1);

    // Filters enough for two tiles, and two vectors in a block of them.
    static readonly ConvolutionShape Pointwise = new(5, 4, 4, 37, 1, 1, 4, 4, 1, 1, 0, 0, 1, 1);

    public static IEnumerable<KernelCase> Cases =>
    [
        .. Of<Tile32x32>(Plain, ConvolutionTarget.All(4, 6)),
        .. Of<Tile64x64>(Strided, ConvolutionTarget.All(4, 4) with { HasBias = 1, HasResidual = 1, Relu = 1 }),
        .. Of<Tile128x64>(Deep, ConvolutionTarget.All(3, 19) with { HasBias = 1 }),
        .. Of<Tile32x32>(Pointwise, ConvolutionTarget.All(4, 4, accumulate: 1)),
        .. Of<Tile64x64>(Plain, new(9, 14, 2, 2, 1, 1, 0, 0, 0, 0)),
        .. Of<Tile32x32>(new(0, 4, 6, 3, 1, 1, 2, 3, 1, 1, 0, 0, 1, 1), new(6, 7, 3, 2, 2, 1, 0, 0, 0, 0)),
        Flip(Plain, new(0, 0, 1, 1, 3, 2)),
        Flip(Strided, new(1, 0, 2, 2, 1, 2)),
        new("ConvolutionKernels.CutRelu", 131, Special(131), In(131)),
        .. ReluPool,
    ];

    static IEnumerable<KernelCase> Of<TTile>(ConvolutionShape d, ConvolutionTarget target) where TTile : struct, ITile
    {
        string tile = typeof(TTile).Name;
        int pixels = Images * d.Pixels, maps = Images * d.K * target.H * target.W;
        // What a step leaves out of the target stays as it was.
        object[] operands =
        [
            In(Math.Max(1, Images * d.C * d.H * d.W)), In(Math.Max(1, d.K * d.Taps)), In(d.K), In(maps), In(maps), d, target,
            Images,
        ];
        yield return new($"ConvolutionKernels.Tiled<{tile}>", (Groups(pixels, TTile.N), Groups(d.K, TTile.M)), operands);
        yield return new("ConvolutionPanelKernels.Multiply", (Panels(pixels), Groups(d.K, 16)), [.. operands, 16]);
        if (d.Taps == 0) yield break;

        int each = (pixels + 1) / 2, filters = Panels(d.K) * 32;
        KernelMemory x = In(Images * d.C * d.H * d.W), dy = In(pixels * d.K);
        yield return new(
            $"ConvolutionKernels.BackwardWeight<{tile}>", (Groups(d.Taps, TTile.N), Groups(d.K, TTile.M), 2), x, dy,
            Out(2 * d.K * d.Taps), d, Images, each, 0);
        yield return new(
            $"ConvolutionKernels.BackwardWeight<{tile}>", (Groups(d.Taps, TTile.N), Groups(d.K, TTile.M)), x, dy,
            In(d.K * d.Taps), d, Images, pixels, 1);
        yield return new(
            "ConvolutionPanelKernels.PackGradient", (Groups(d.Pixels, 16), Panels(d.K), Images), dy, Out(filters * pixels), d,
            Images);
        yield return new(
            "ConvolutionPanelKernels.BackwardWeight", (Groups(d.Taps, 32), 2), x, In(filters * pixels),
            Out(2 * d.Taps * filters), d, Images, each);
        yield return new(
            "ConvolutionPanelKernels.SumParts", (d.Taps, Groups(d.K, 16)), In(2 * d.Taps * filters), In(d.K * d.Taps), d.K,
            d.Taps, 2, 1);
    }

    static KernelCase Flip(ConvolutionShape d, TapSubset taps) => new(
        "ConvolutionKernels.FlipTaps", (d.K, d.C), In(d.K * d.Taps), Out(d.K * d.C * taps.Lines * taps.Columns), d, taps);

    // 5 x 7 to 2 x 3: the last line and the last column are in no window. Places are bytes, four an int.
    static IEnumerable<KernelCase> ReluPool =>
    [
        new("ReluPoolKernels.Forward", 4 * 2,
            Special(4 * 5 * 7), In(2), Out(4 * 2 * 3), Out<int>(4 * 2 * 3 / 4), new ReluPoolDims(2, 5, 7, 2, 3)),
        new("ReluPoolKernels.Backward", 4 * 5,
            KernelMemory.Of(0x04030201, 0x00040302, 0x01000403, 0x01010101, 0x04040404, 0x02020302),
            In(4 * 2 * 3), Out(4 * 5 * 7), new ReluPoolDims(2, 5, 7, 2, 3)),
    ];

    static int Panels(int columns) => Groups(columns, PanelTile.Columns);

    static int Groups(int count, int each) => (count + each - 1) / each;
}
