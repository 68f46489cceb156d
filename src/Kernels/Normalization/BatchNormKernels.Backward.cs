using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Normalization;

/// <summary>The gradients of batch norm.</summary>
public static partial class BatchNormKernels
{
    /// <summary>
    /// sum(g) and sum(g n), where g is dy (0 where a fused ReLU cut) and n the normalised x, of each part of a channel:
    /// (parts, 2, C), for <see cref="FinishGradients"/>. One group a channel (Grid.IdxX) and <paramref name="each"/> of
    /// its elements (Grid.IdxY). Reads 8 bytes an element.
    /// </summary>
    [Kernel(Items)]
    public static void GradientSums(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy, ArrayView<float> parts, ChannelDims d, int each, int relu)
    {
        var sums = SharedMemory.Allocate<float>(Items);
        var dots = SharedMemory.Allocate<float>(Items);
        int channel = Grid.IdxX, begin = Grid.IdxY * each;
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        SumGradients(x, dy, sums, dots, channel, begin, Math.Min(begin + each, d.Count), norm, d, relu);
        if (Group.IdxX == 0)
        {
            parts[2 * Grid.IdxY * d.Channels + channel] = sums[0];
            parts[(2 * Grid.IdxY + 1) * d.Channels + channel] = dots[0];
        }
    }

    /// <summary>
    /// dbias = sum(g) and dweight = sum(g n) from the parts; the sums themselves stay in the first part. Flags: 0 not
    /// wanted, 1 overwrites, 2 adds. Parallel over channels.
    /// </summary>
    [Kernel]
    public static void FinishGradients(
        Index1D channel, [MayAlias] ArrayView<float> parts, [MayAlias] ArrayView<float> dweight,
        [MayAlias] ArrayView<float> dbias, int channels, int count, int weightFlag, int biasFlag)
    {
        float sum = parts[channel], dot = parts[channels + channel];
        for (int part = 1; part < count; part++)
        {
            sum += parts[2 * part * channels + channel];
            dot += parts[(2 * part + 1) * channels + channel];
        }
        parts[channel] = sum;
        parts[channels + channel] = dot;
        Keep(dweight, channel, dot, weightFlag);
        Keep(dbias, channel, sum, biasFlag);
    }

    /// <summary>The same without a barrier, as <see cref="StatisticsByItem"/>.</summary>
    [Kernel(1)]
    public static void GradientSumsByItem(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy, ArrayView<float> gradientSums, ChannelDims d, int relu)
    {
        int channel = Grid.IdxX;
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        float sum, dot;
        SumGradientsByItem(out sum, out dot, x, dy, channel, norm, d, relu);
        gradientSums[channel] = sum;
        gradientSums[d.Channels + channel] = dot;
    }

    /// <summary>
    /// dx = weight * inverse deviation * (g - mean(g) - n * mean(g n)), or adds it; with frozen statistics
    /// weight * inverse deviation * g. One item a block of a plane.
    /// </summary>
    [Kernel]
    public static void InputGradient(
        Index1D i, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy, ArrayView<float> gradientSums, ArrayView<float> dx, ChannelDims d, int frozen, int relu,
        int accumulate)
    {
        int plane = d.ByBlocks.Quotient(i), first = d.ByBlocks.Remainder(i, plane) * d.Each;
        int channel = d.ByChannels.Remainder(plane, d.ByChannels.Quotient(plane));
        int start = plane * d.Plane, end = Math.Min(first + d.Each, d.Plane);
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        float share = frozen != 0 ? 0f : gradientSums[channel] / d.Count;
        float slope = frozen != 0 ? 0f : gradientSums[d.Channels + channel] / d.Count;
        for (int j = start + first; j < start + end; j++)
            PutInputGradient(x, dy, dx, j, norm, share, slope, relu, accumulate);
    }

    /// <summary>The gradient of an element of x, where g and g n have the means share and slope.</summary>
    static void PutInputGradient(
        ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dx, int at, ChannelNorm norm, float share,
        float slope, int relu, int accumulate)
    {
        float n = norm.Normal(x[at]);
        float gradient = norm.InputGradient(n, norm.Passed(n, dy[at], relu), share, slope);
        dx[at] = accumulate != 0 ? dx[at] + gradient : gradient;
    }

    /// <summary>Element 0 of both gets the sum of g, and of g n, over some elements of a channel.</summary>
    static void SumGradients(
        ArrayView<float> x, ArrayView<float> dy, ArrayView<float> sums, ArrayView<float> dots, int channel, int first,
        int end, ChannelNorm norm, ChannelDims d, int relu)
    {
        int item = Group.IdxX;
        float sum = 0f, dot = 0f;
        ChannelWalk walk;
        ChannelWalk.Start(out walk, channel, first + item, Items, d);
        for (int i = first + item; i < end; i += Items)
        {
            float n = norm.Normal(x[walk.At]), g = norm.Passed(n, dy[walk.At], relu);
            ChannelWalk.Next(ref walk, d);
            sum += g;
            dot += g * n;
        }
        sums[item] = sum;
        dots[item] = dot;
        SumBoth(sums, dots, item);
    }

    /// <summary>The same over a whole channel by one item.</summary>
    static void SumGradientsByItem(
        out float sum, out float dot, ArrayView<float> x, ArrayView<float> dy, int channel, ChannelNorm norm,
        ChannelDims d, int relu)
    {
        var sums = LocalMemory.Allocate<float>(Lanes);
        var dots = LocalMemory.Allocate<float>(Lanes);
        int full = d.Plane / Lanes * Lanes;
        sum = 0f;
        dot = 0f;
        for (int image = 0; image < d.Images; image++)
        {
            int start = (image * d.Channels + channel) * d.Plane;
            Clear(sums, dots);
            for (int j = start; j < start + full; j += Lanes)
                for (int lane = 0; lane < Lanes; lane++)
                {
                    float n = norm.Normal(x[j + lane]), g = norm.Passed(n, dy[j + lane], relu);
                    sums[lane] += g;
                    dots[lane] += g * n;
                }
            for (int j = start + full; j < start + d.Plane; j++)
            {
                float n = norm.Normal(x[j]), g = norm.Passed(n, dy[j], relu);
                sum += g;
                dot += g * n;
            }
            sum += Total(sums);
            dot += Total(dots);
        }
    }

    /// <summary>A parameter's gradient: not wanted at 0, overwritten at 1, added to at 2.</summary>
    static void Keep(ArrayView<float> gradient, int channel, float value, int flag)
    {
        if (flag != 0) gradient[channel] = flag == 2 ? gradient[channel] + value : value;
    }
}
