using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Convolutions: padding on one side, strides and dilations that differ, images whose pixels share a panel.
/// </summary>
public static class ConvolutionKernelCases
{
    const int Images = 2;

    // 3 channels of 5 x 7, filters of 3 x 2, output 3 x 6: padding at the top alone.
    static readonly ConvolutionShape Plain = new(Images, 3, 5, 7, 4, 3, 2, 4, 6, 1, 1, 1, 0, 1, 1);

    // Stride 2 and 3, dilation 2 and 1, padding at the top and at the left.
    static readonly ConvolutionShape Strided = new(Images, 2, 9, 11, 4, 3, 3, 4, 4, 2, 3, 1, 2, 2, 1);

    // Lines of 19 pixels that lie side by side.
    static readonly ConvolutionShape Wide = new(Images, 2, 3, 19, 9, 3, 3, 3, 19, 1, 1, 1, 1, 1, 1);

    // Taps enough for two steps in depth of a panel, which would be many for a tile under oclgrind.
    static readonly ConvolutionShape Deep = Wide with { C = 30 };

    // Filters enough for two tiles, and two vectors in a block of them.
    static readonly ConvolutionShape Pointwise = new(Images, 5, 4, 4, 37, 1, 1, 4, 4, 1, 1, 0, 0, 1, 1);

    public static IEnumerable<KernelCase> Cases =>
    [
        .. Of<Tile64x64>(Plain, ConvolutionTarget.All(4, 6)),
        .. Of<Tile64x64>(Strided, Everything(4, 4)),
        .. Of<Quads64x64>(
            Plain with { C = 4 }, Everything(4, 6) with { HasResidual = 0, High = float.PositiveInfinity }),
        .. Of<Quads64x64>(Pointwise with { C = 8, K = 67 }, ConvolutionTarget.All(4, 4, accumulate: 1)),
        .. Of<Tile128x128>(Wide, ConvolutionTarget.All(3, 19) with { HasBias = 1 }),
        .. Of<Tensor64x64>(Plain, Everything(4, 6)),
        .. Of<Bfloat64x64>(Plain, Everything(4, 6)),
        .. from tile in (string[])["Tensor128x128", "Bfloat128x128"]
           select new KernelCase(
               $"ConvolutionKernels.Tiled<{tile}>", (1, 1),
               [.. Operands(Wide, ConvolutionTarget.All(3, 19)), Wide.Taps]),
        .. Panel(Deep, ConvolutionTarget.All(3, 19) with { HasBias = 1 }),
        .. Of<Tile64x64>(Pointwise, ConvolutionTarget.All(4, 4, accumulate: 1)),
        .. Of<Tile64x64>(Plain, new(9, 14, 2, 2, 1, 1, 0, 0, 0, 0, 0, 0)),
        .. Of<Tile64x64>(
            new(Images, 0, 4, 6, 3, 1, 1, 2, 3, 1, 1, 0, 0, 1, 1), new(6, 7, 3, 2, 2, 1, 0, 0, 0, 0, 0, 0)),
        Flip(Plain, new(0, 0, 1, 1, 3, 2)),
        Flip(Strided, new(1, 0, 2, 2, 1, 2)),
        new("ConvolutionKernels.CutRelu", 131, Special(131), In(131)),
        .. Depthwise(Plain), .. Depthwise(Strided), .. Depthwise(Wide),
        .. ReluPool, .. ReluPoolGradients(channels: 1), .. ReluPoolGradients(channels: 33),
    ];

    static ConvolutionTarget Everything(int p, int q) =>
        ConvolutionTarget.All(p, q) with { HasBias = 1, HasResidual = 1, Clips = 1, Low = -0.25f, High = 0.5f };

    static IEnumerable<KernelCase> Depthwise(ConvolutionShape layer)
    {
        ConvolutionShape d = layer with { K = layer.C };
        int x = d.N * d.C * d.H * d.W, y = d.N * d.C * d.Pixels, weight = d.C * d.R * d.S;
        return
        [
            new("DepthwiseKernels.Forward", y, In(x), In(weight), In(d.C), Out(y), d, 1, float.NegativeInfinity,
                float.PositiveInfinity),
            new("DepthwiseKernels.Forward", y, In(x), In(weight), In(d.C), Out(y), d, 0, -0.25f, 0.5f),
            new("DepthwiseKernels.BackwardInput", x, In(y), In(weight), Out(x), d, 0),
            new("DepthwiseKernels.BackwardInput", x, In(y), In(weight), In(x), d, 1),
            new("DepthwiseKernels.BackwardWeight", weight, In(x), In(y), Out(weight), d, 0),
            new("DepthwiseKernels.BackwardWeight", weight, In(x), In(y), In(weight), d, 1),
        ];
    }

    static IEnumerable<KernelCase> Of<TTile>(ConvolutionShape d, ConvolutionTarget target)
        where TTile : struct, ITapTile
    {
        string tile = typeof(TTile).Name;
        int pixels = Images * d.Pixels;
        object[] operands = Operands(d, target);
        LaunchSize one = (Groups(pixels, TTile.Size), Groups(d.K, TTile.Size));
        yield return new($"ConvolutionKernels.Tiled<{tile}>", one, [.. operands, d.Taps]);
        foreach (KernelCase panel in Panel(d, target)) yield return panel;
        if (d.Taps == 0) yield break;

        foreach (KernelCase part in InParts(d, target, tile, (one.X, one.Y, 2))) yield return part;
        int each = (pixels + 1) / 2;
        KernelMemory x = In(Images * d.C * d.H * d.W), dy = In(pixels * d.K);
        yield return new(
            $"ConvolutionKernels.BackwardWeight<{tile}>", (Groups(d.Taps, TTile.Size), Groups(d.K, TTile.Size), 2), x,
            dy, Out(2 * d.K * d.Taps), d, each, 0);
        yield return new(
            $"ConvolutionKernels.BackwardWeight<{tile}>", (Groups(d.Taps, TTile.Size), Groups(d.K, TTile.Size)), x, dy,
            In(d.K * d.Taps), d, pixels, 1);
    }

    /// <summary>Two parts of the taps, into a copy of the result each, and their sum.</summary>
    static IEnumerable<KernelCase> InParts(ConvolutionShape d, ConvolutionTarget target, string tile, LaunchSize two)
    {
        object[] operands = Operands(d, target);
        int results = Images * d.K * target.H * target.W;
        yield return new(
            $"ConvolutionKernels.Tiled<{tile}>", two, operands[0], operands[1], In(d.K), In(results), In(2 * results),
            d, target with { Accumulate = 0, HasBias = 0, HasResidual = 0, Clips = 0 }, (d.Taps + 1) / 2);
        yield return new(
            "ConvolutionKernels.SumParts", Images * d.K * d.Pixels, In(3 * results), operands[2], operands[3],
            operands[4], d, target, 3);
    }

    static IEnumerable<KernelCase> Panel(ConvolutionShape d, ConvolutionTarget target)
    {
        int pixels = Images * d.Pixels, each = (pixels + 1) / 2, filters = Panels(d.K) * 32;
        object[] operands = Operands(d, target);
        // On the way back of a convolution, the filters' channels are this one's filters.
        FilterLayout reversed = FilterLayout.Reversed(d with { C = d.K, K = d.C });
        foreach (FilterLayout layout in (FilterLayout[])[FilterLayout.Of(d), reversed])
            yield return new(
                "ConvolutionPanelKernels.Multiply", (Panels(pixels), Groups(d.K, 16)),
                [.. operands[..6], layout, target, 16]);
        if (d.Taps == 0) yield break;

        KernelMemory x = In(Images * d.C * d.H * d.W), dy = In(pixels * d.K);
        yield return new(
            "ConvolutionPanelKernels.PackGradient", (Groups(d.Pixels, 16), Panels(d.K), Images), dy,
            Out(filters * pixels), d);
        yield return new(
            "ConvolutionPanelKernels.BackwardWeight", (Groups(d.Taps, 32), 2), x, In(filters * pixels),
            Out(2 * d.Taps * filters), d, each);
        yield return new(
            "ConvolutionPanelKernels.SumParts", (d.Taps, Groups(d.K, 16)), In(2 * d.Taps * filters), In(d.K * d.Taps),
            d.K,
            d.Taps, 2, 1);
    }

    // What a step leaves out of the target stays as it was.
    static object[] Operands(ConvolutionShape d, ConvolutionTarget target)
    {
        int maps = Images * d.K * target.H * target.W;
        return
        [
            In(Math.Max(1, Images * d.C * d.H * d.W)), In(Math.Max(1, d.K * d.Taps)), In(d.K), In(maps), In(maps), d,
            target,
        ];
    }

    static KernelCase Flip(ConvolutionShape d, TapSubset taps) => new(
        "ConvolutionKernels.FlipTaps", (d.K, d.C), In(d.K * d.Taps), Out(d.K * d.C * taps.Lines * taps.Columns), d,
        taps);

    // 5 x 7 to 2 x 3: the last line and the last column are in no window. Places are bytes, four an int.
    static IEnumerable<KernelCase> ReluPool =>
    [
        new("ReluPoolKernels.Forward", 4 * 2,
            Special(4 * 5 * 7), In(2), Out(4 * 2 * 3), Out<int>(4 * 2 * 3 / 4), new ReluPoolDims(2, 5, 7, 2, 3)),
    ];

    /// <summary>
    /// Three images of 5 x 7 with padding above and at the right, two filters of 3 x 2, 2 x 3 windows.
    /// </summary>
    static IEnumerable<KernelCase> ReluPoolGradients(int channels)
    {
        const int images = 3, filters = 2, windows = images * filters * 2 * 3, slack = 32;
        var d = new ReluPoolGradientDims(images, channels, 5, 7, filters, 3, 2, 2, 3, 1, 0, 6, 8);
        int weights = filters * channels * 3 * 2, x = images * channels * 5 * 7, pixels = images * 6 * 8 + 2;
        int map = images * 6 * 8 * channels + slack;
        KernelMemory places = KernelMemory.Of(
            0x04030201, 0x00040302, 0x01000403, 0x01010101, 0x04040404, 0x02020302, 0x00000000, 0x03030303, 0x02010004);
        return
        [
            new("ReluPoolGradientKernels.ChannelsLast", pixels + filters * 6, In(x), Out(pixels * channels),
                In(weights), Out(weights), d, pixels),
            new("ReluPoolGradientKernels.ChannelsLast", filters * 6, In(x), Out(1), In(weights), Out(weights), d, 0),
            Filters<GroupLanes>(weights: true, biases: true, adds: 0),
            Filters<GroupLanes>(weights: false, biases: true, adds: 1),
            Filters<CpuLanes>(weights: true, biases: true, adds: 1),
            Filters<CpuLanes>(weights: true, biases: false, adds: 0),
            new("ReluPoolGradientKernels.InputLines", ReluPoolGradientKernels.LineGroups(d),
                In(weights), places, In(windows), Out(x), d, 0),
            new("ReluPoolGradientKernels.InputLines", ReluPoolGradientKernels.LineGroups(d),
                In(weights), places, In(windows), In(x), d, 1),
            new("ReluPoolGradientKernels.InputPixels", x, In(weights), places, In(windows), Out(x), d, 0),
            new("ReluPoolGradientKernels.InputPixels", x, In(weights), places, In(windows), In(x), d, 1),
        ];

        KernelCase Filters<TLanes>(bool weights, bool biases, int adds) where TLanes : struct, ILanes
        {
            (int groups, int taken) = ReluPoolGradientKernels.FilterGroups<TLanes>(d, weights, biases);
            int all = filters * channels * 3 * 2;
            return new(
                $"ReluPoolGradientKernels.Filters<{typeof(TLanes).Name}>", groups, In(map), places, In(windows),
                weights && adds == 0 ? Out(all) : In(all), biases && adds == 0 ? Out(filters) : In(filters), d,
                new ReluPoolSums(2, taken, biases ? filters : 0, adds, adds));
        }
    }

    static int Panels(int columns) => Groups(columns, PanelTile.Columns);

    static int Groups(int count, int each) => (count + each - 1) / each;
}
