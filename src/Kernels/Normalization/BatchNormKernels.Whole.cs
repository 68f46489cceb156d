using ILGPU;

namespace TripletGpu.Kernels.Normalization;

/// <summary>
/// Batch norm of whole channels, one launch a way: where there are enough channels to fill the device, whoever has
/// summed one goes through it again at once, while it is in a cache, and no other launch has to. The sums are those of
/// the kernels that part them, in the same order, and so are the results, bit for bit.
/// </summary>
public static partial class BatchNormKernels
{
    /// <summary>
    /// <see cref="Statistics"/> and then <see cref="Normalize"/>, with a residual added before the ReLU where adds is
    /// not 0; any view otherwise. One group a channel; 12 bytes an element, 16 with a residual.
    /// </summary>
    [Kernel(Items)]
    public static void NormalizeWhole(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> runningMean,
        ArrayView<float> runningVariance, ArrayView<float> statistics, [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ChannelDims d, float momentum, float epsilon, int relu, int adds)
    {
        var sums = SharedMemory.Allocate<float>(Items);
        var squares = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, channel = Grid.IdxX;
        float center = SumChannel(x, sums, squares, channel, 0, d.Count, d);
        if (item == 0)
            Describe(
                runningMean, runningVariance, statistics, channel, center, sums[0], squares[0], d, momentum, epsilon);
        Group.Barrier();
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        ChannelWalk walk;
        ChannelWalk.Start(out walk, channel, item, Items, d);
        for (int i = item; i < d.Count; i += Items)
        {
            PutOutput(x, residual, y, walk.At, norm, relu, adds);
            ChannelWalk.Next(ref walk, d);
        }
    }

    /// <summary>The same on a device that is a CPU: one item a channel, plane by plane.</summary>
    [Kernel(1)]
    public static void NormalizeWholeByItem(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> runningMean,
        ArrayView<float> runningVariance, ArrayView<float> statistics, [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, ChannelDims d, float momentum, float epsilon, int relu, int adds)
    {
        int channel = Grid.IdxX;
        DescribeByItem(x, runningMean, runningVariance, statistics, channel, d, momentum, epsilon);
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        for (int image = 0; image < d.Images; image++)
        {
            int start = (image * d.Channels + channel) * d.Plane;
            for (int j = start; j < start + d.Plane; j++) PutOutput(x, residual, y, j, norm, relu, adds);
        }
    }

    /// <summary>
    /// <see cref="GradientSums"/>, <see cref="FinishGradients"/>, whose flags these are, and then
    /// <see cref="InputGradient"/>. One group a channel; 20 bytes an element.
    /// </summary>
    [Kernel(Items)]
    public static void GradientsWhole(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy, [MayAlias] ArrayView<float> dweight, [MayAlias] ArrayView<float> dbias,
        [MayAlias] ArrayView<float> dx, ChannelDims d, int relu, int weightFlag, int biasFlag, int accumulate)
    {
        var sums = SharedMemory.Allocate<float>(Items);
        var dots = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, channel = Grid.IdxX;
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        SumGradients(x, dy, sums, dots, channel, 0, d.Count, norm, d, relu);
        float sum = sums[0], dot = dots[0], share = sum / d.Count, slope = dot / d.Count;
        if (item == 0)
        {
            Keep(dweight, channel, dot, weightFlag);
            Keep(dbias, channel, sum, biasFlag);
        }
        ChannelWalk walk;
        ChannelWalk.Start(out walk, channel, item, Items, d);
        for (int i = item; i < d.Count; i += Items)
        {
            PutInputGradient(x, dy, dx, walk.At, norm, share, slope, relu, accumulate);
            ChannelWalk.Next(ref walk, d);
        }
    }

    /// <summary>The same on a device that is a CPU: one item a channel, plane by plane.</summary>
    [Kernel(1)]
    public static void GradientsWholeByItem(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy, [MayAlias] ArrayView<float> dweight, [MayAlias] ArrayView<float> dbias,
        [MayAlias] ArrayView<float> dx, ChannelDims d, int relu, int weightFlag, int biasFlag, int accumulate)
    {
        int channel = Grid.IdxX;
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        float sum, dot;
        SumGradientsByItem(out sum, out dot, x, dy, channel, norm, d, relu);
        Keep(dweight, channel, dot, weightFlag);
        Keep(dbias, channel, sum, biasFlag);
        float share = sum / d.Count, slope = dot / d.Count;
        for (int image = 0; image < d.Images; image++)
        {
            int start = (image * d.Channels + channel) * d.Plane;
            for (int j = start; j < start + d.Plane; j++)
                PutInputGradient(x, dy, dx, j, norm, share, slope, relu, accumulate);
        }
    }
}
