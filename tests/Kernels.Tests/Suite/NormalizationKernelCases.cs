using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Normalization;
using TripletGpu.Support;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>
/// Normalisations: channels shorter and longer than a group, planes cut into blocks, windows at the edge.
/// </summary>
public static class NormalizationKernelCases
{
    // Elements of a channel that a group sums: not a multiple of a plane.
    const int Each = 20;

    public static IEnumerable<KernelCase> Cases =>
    [
        .. BatchNorm(ChannelDims.Of(2, 3, 35, 1)),
        .. BatchNorm(ChannelDims.Of(3, 2, 70, 32)),
        .. BatchNorm(ChannelDims.Of(5, 4, 1, 1)),
        .. ResponseNorm(new ResponseNormDims(5, 21, 5, 1e-1f, 0.75f, 1f, 1)),
        .. ResponseNorm(new ResponseNormDims(3, 35, 4, 1e-1f, 0.6f, 2f, 16)),
        .. UnitRow(1), .. UnitRow(63), .. UnitRow(130),
    ];

    static IEnumerable<KernelCase> BatchNorm(ChannelDims d)
    {
        int count = d.Count * d.Channels, c = d.Channels, items = d.Images * c * d.Blocks;
        return
        [
            Of("BatchNormKernels.Statistics", c,
                In(count), In(c), Positive(c), Out(3 * c), In(1), d, d.Count, 0.1f, 1e-5f),
            Of("BatchNormKernels.Statistics", (c, Parts(d)),
                In(count), In(c), Positive(c), In(3 * c), Out(3 * c * Parts(d)), d, Each, 0.1f, 1e-5f),
            Of("BatchNormKernels.FinishStatistics", c,
                Positive(3 * c * 5), In(c), Positive(c), Out(3 * c), d, 5, 0.1f, 1e-5f),
            Of("BatchNormKernels.StatisticsByItem", c, In(count), In(c), Positive(c), Out(3 * c), d, 0.1f, 1e-5f),
            Of("BatchNormKernels.KeepSquares", c, Positive(c), Positive(3 * c), d),
            Of("BatchNormKernels.FrozenStatistics", c, In(c), Positive(c), Out(3 * c), c, 1e-5f),
            Of("BatchNormKernels.Normalize", items, In(count), In(c), In(c), Positive(3 * c), Out(count), d, 0),
            Of("BatchNormKernels.Normalize", items, In(count), In(c), In(c), Positive(3 * c), Out(count), d, 1),
            Of("BatchNormKernels.NormalizeAdded", items,
                In(count), In(c), In(c), Positive(3 * c), In(count), Out(count), d, 0),
            Of("BatchNormKernels.NormalizeAdded", items,
                In(count), In(c), In(c), Positive(3 * c), In(count), Out(count), d, 1),
            Of("BatchNormKernels.GradientSums", c,
                In(count), In(c), In(c), Positive(3 * c), In(count), Out(2 * c), d, d.Count, 1),
            Of("BatchNormKernels.GradientSums", (c, Parts(d)),
                In(count), In(c), In(c), Positive(3 * c), In(count), Out(2 * c * Parts(d)), d, Each, 1),
            Of("BatchNormKernels.FinishGradients", c, In(2 * c * 3), Out(c), In(c), c, 3, 1, 2),
            Of("BatchNormKernels.GradientSumsByItem", c,
                In(count), In(c), In(c), Positive(3 * c), In(count), Out(2 * c), d, 1),
            Of("BatchNormKernels.InputGradient", items,
                In(count), In(c), In(c), Positive(3 * c), In(count), In(2 * c), Out(count), d, 0, 1, 0),
            Of("BatchNormKernels.InputGradient", items,
                In(count), In(c), In(c), Positive(3 * c), In(count), Out(2 * c), In(count), d, 1, 0, 1),
            .. Whole(d, "BatchNormKernels.NormalizeWhole", "BatchNormKernels.GradientsWhole"),
            .. Whole(d, "BatchNormKernels.NormalizeWholeByItem", "BatchNormKernels.GradientsWholeByItem"),
        ];
    }

    static IEnumerable<KernelCase> Whole(ChannelDims d, string normalize, string gradients)
    {
        int count = d.Count * d.Channels, c = d.Channels;
        KernelMemory y = Out(count), dx = In(count);
        return
        [
            Of(normalize, c, In(count), In(c), In(c), In(c), Positive(c), Out(3 * c), y, y, d, 0.1f, 1e-5f, 1, 0),
            Of(normalize, c, In(count), In(c), In(c), In(c), Positive(c), Out(3 * c), In(count), Out(count), d,
                0.1f, 1e-5f, 0, 1),
            Of(gradients, c, In(count), In(c), In(c), Positive(3 * c), In(count), Out(c), In(c), Out(count), d, 1, 1,
                2, 0),
            Of(gradients, c, In(count), In(c), In(c), Positive(3 * c), In(count), dx, dx, dx, d, 0, 0, 0, 1),
        ];
    }

    static int Parts(ChannelDims d) => (d.Count + Each - 1) / Each;

    static IEnumerable<KernelCase> ResponseNorm(ResponseNormDims d)
    {
        const int images = 2;
        int planes = images * d.Channels, count = planes * d.Plane;
        return
        [
            Of("ResponseNormKernels.Responses", planes * d.Blocks, In(count), Out(count), d),
            Of("ResponseNormKernels.Forward", (count + d.Each - 1) / d.Each,
                In(count), Positive(count), Out(count), d, count),
            Of("ResponseNormKernels.Backward", planes * d.Blocks,
                In(count), Positive(count), In(count), Out(count), d, 0),
            Of("ResponseNormKernels.Backward", planes * d.Blocks,
                In(count), Positive(count), In(count), In(count), d, 1),
        ];
    }

    static IEnumerable<KernelCase> UnitRow(int width) =>
    [
        Of("UnitRowKernels.Forward", 3, In(3 * width), Out(3 * width), Out(3), width, 1e-6f),
        Of("UnitRowKernels.Forward", 3, Long(width), Out(3 * width), Out(3), width, 1e-6f),
        Of("UnitRowKernels.Backward", 3, In(3 * width), Positive(3), In(3 * width), Out(3 * width), width, 0.5f, 0),
        Of("UnitRowKernels.Backward", 3, In(3 * width), Positive(3), In(3 * width), In(3 * width), width, 1e-6f, 1),
    ];

    /// <summary>Three rows: an ordinary one, one whose square overflows, one whose norm does.</summary>
    static KernelMemory Long(int width) => Of<float>([.. Enumerable.Range(0, 3 * width).Select(i =>
        (1f + i % 7 / 8f) * (i / width == 0 ? 1f : i / width == 1 ? 1e20f : 1.5e38f))]);

    static KernelCase Of(string kernel, LaunchSize size, params object[] arguments) =>
        new(kernel, size, arguments) { Tolerance = Tolerance.Normalization };
}
