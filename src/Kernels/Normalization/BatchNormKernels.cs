using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Kernels.Normalization;

/// <summary>
/// Images of Channels planes of Plane elements each; a channel's elements lie in all images. Where a kernel takes a
/// block of a plane for each item, it has Each elements: 1 on a GPU, where neighbours read neighbours, more on a CPU.
/// </summary>
public readonly record struct ChannelDims(int Images, int Channels, int Plane, int Each)
{
    /// <summary>Blocks of a plane.</summary>
    public int Blocks => (Plane + Each - 1) / Each;

    /// <summary>Elements of a channel.</summary>
    public int Count => Images * Plane;

    /// <summary>Where element i of a channel lies.</summary>
    public int At(int channel, int i) => (i / Plane * Channels + channel) * Plane + i % Plane;
}

/// <summary>
/// Batch norm. The statistics of a channel are the three rows of (3, C): the mean as the sum of two floats, and
/// 1 / sqrt(variance + epsilon).
/// </summary>
public static partial class BatchNormKernels
{
    const int Items = 128, Lanes = 16;

    /// <summary>
    /// A channel's statistics in one pass, and the running ones moved by momentum towards them. Sums are taken around
    /// the mean of a sample, so that neither a mean far from 0 nor an outlier cancels, and in two floats each. One
    /// group a channel, then a tree in shared memory. Reads 4 bytes an element. Deterministic.
    /// </summary>
    [Kernel(Items)]
    public static void Statistics(
        ArrayView<float> x, ArrayView<float> runningMean, ArrayView<float> runningVariance, ArrayView<float> statistics,
        ChannelDims d, float momentum, float epsilon)
    {
        var sums = SharedMemory.Allocate<float>(Items);
        var squares = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, channel = Grid.IdxX;
        int sample = Math.Min(d.Count, Items);
        sums[item] = item < sample ? x[d.At(channel, item * (d.Count / sample))] : 0f;
        GroupSum.Fold(sums, item, Items);
        float center = sums[0] / sample;
        Group.Barrier(); // all have read it
        float sum = 0f, sumRest = 0f, square = 0f, squareRest = 0f;
        for (int i = item; i < d.Count; i += Items)
        {
            float deviation = x[d.At(channel, i)] - center;
            TwoSum.Add(ref sum, ref sumRest, deviation);
            TwoSum.Add(ref square, ref squareRest, deviation * deviation);
        }
        sums[item] = TwoSum.Total(sum, sumRest);
        squares[item] = TwoSum.Total(square, squareRest);
        SumBoth(sums, squares, item);
        if (item == 0)
            Describe(
                runningMean, runningVariance, statistics, channel, center, sums[0], squares[0], d, momentum, epsilon);
    }

    /// <summary>
    /// The same without a barrier, for a device that is a CPU: one item a channel, sixteen sums side by side and those
    /// of each plane by themselves.
    /// </summary>
    [Kernel(1)]
    public static void StatisticsByItem(
        ArrayView<float> x, ArrayView<float> runningMean, ArrayView<float> runningVariance, ArrayView<float> statistics,
        ChannelDims d, float momentum, float epsilon)
    {
        int channel = Grid.IdxX, full = d.Plane / Lanes * Lanes;
        var sums = LocalMemory.Allocate<float>(Lanes);
        var squares = LocalMemory.Allocate<float>(Lanes);
        float center = 0f, sum = 0f, square = 0f;
        int sample = Math.Min(d.Count, Items);
        for (int i = 0; i < sample; i++)
            center += x[d.At(channel, i * (d.Count / sample))];
        center /= sample;
        for (int image = 0; image < d.Images; image++)
        {
            int start = (image * d.Channels + channel) * d.Plane;
            Clear(sums, squares);
            for (int j = start; j < start + full; j += Lanes)
                for (int lane = 0; lane < Lanes; lane++)
                {
                    float deviation = x[j + lane] - center;
                    sums[lane] += deviation;
                    squares[lane] += deviation * deviation;
                }
            for (int j = start + full; j < start + d.Plane; j++)
            {
                float deviation = x[j] - center;
                sum += deviation;
                square += deviation * deviation;
            }
            sum += Total(sums);
            square += Total(squares);
        }
        Describe(runningMean, runningVariance, statistics, channel, center, sum, square, d, momentum, epsilon);
    }

    /// <summary>The statistics of frozen running values. Parallel over channels.</summary>
    [Kernel]
    public static void FrozenStatistics(
        Index1D channel, ArrayView<float> runningMean, ArrayView<float> runningVariance, ArrayView<float> statistics,
        int channels, float epsilon)
    {
        statistics[channel] = runningMean[channel];
        statistics[channels + channel] = 0f;
        statistics[2 * channels + channel] = 1f / MathF.Sqrt(runningVariance[channel] + epsilon);
    }

    /// <summary>
    /// y = (x - mean) * inverse deviation * weight + bias, then max(0, y) where relu is not 0. One item a
    /// block of a plane.
    /// </summary>
    [Kernel]
    public static void Normalize(
        Index1D i, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> y, ChannelDims d, int relu)
    {
        int plane = i / d.Blocks, first = i % d.Blocks * d.Each, channel = plane % d.Channels;
        int start = plane * d.Plane, end = Math.Min(first + d.Each, d.Plane);
        float mean = statistics[channel], rest = statistics[d.Channels + channel];
        float scale = statistics[2 * d.Channels + channel], factor = weight[channel], shift = bias[channel];
        for (int j = start + first; j < start + end; j++)
        {
            float value = (x[j] - mean - rest) * scale * factor + shift;
            y[j] = relu != 0 ? MathF.Max(value, 0f) : value;
        }
    }

    /// <summary>
    /// dbias = sum(g) and dweight = sum(g n), where g is dy (0 where a fused ReLU cut) and n the normalised x;
    /// overwrites or adds. The sums themselves go to <paramref name="gradientSums"/> (2, C). One group a channel.
    /// </summary>
    [Kernel(Items)]
    public static void GradientSums(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy,
        ArrayView<float> gradientSums, ChannelDims d, int relu)
    {
        var sums = SharedMemory.Allocate<float>(Items);
        var dots = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, channel = Grid.IdxX;
        float mean = statistics[channel], rest = statistics[d.Channels + channel];
        float scale = statistics[2 * d.Channels + channel], factor = weight[channel], shift = bias[channel];
        float sum = 0f, dot = 0f;
        for (int i = item; i < d.Count; i += Items)
        {
            int at = d.At(channel, i);
            float n = (x[at] - mean - rest) * scale, given = dy[at];
            float g = relu != 0 && n * factor + shift <= 0f ? 0f : given;
            sum += g;
            dot += g * n;
        }
        sums[item] = sum;
        dots[item] = dot;
        SumBoth(sums, dots, item);
        if (item == 0)
        {
            gradientSums[channel] = sums[0];
            gradientSums[d.Channels + channel] = dots[0];
        }
    }

    /// <summary>The same without a barrier, as <see cref="StatisticsByItem"/>.</summary>
    [Kernel(1)]
    public static void GradientSumsByItem(
        ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> dy, ArrayView<float> gradientSums, ChannelDims d, int relu)
    {
        int channel = Grid.IdxX, full = d.Plane / Lanes * Lanes;
        float mean = statistics[channel], rest = statistics[d.Channels + channel];
        float scale = statistics[2 * d.Channels + channel], factor = weight[channel], shift = bias[channel];
        var sums = LocalMemory.Allocate<float>(Lanes);
        var dots = LocalMemory.Allocate<float>(Lanes);
        float sum = 0f, dot = 0f;
        for (int image = 0; image < d.Images; image++)
        {
            int start = (image * d.Channels + channel) * d.Plane;
            Clear(sums, dots);
            for (int j = start; j < start + full; j += Lanes)
                for (int lane = 0; lane < Lanes; lane++)
                {
                    float n = (x[j + lane] - mean - rest) * scale, given = dy[j + lane];
                    float g = relu != 0 && n * factor + shift <= 0f ? 0f : given;
                    sums[lane] += g;
                    dots[lane] += g * n;
                }
            for (int j = start + full; j < start + d.Plane; j++)
            {
                float n = (x[j] - mean - rest) * scale, given = dy[j];
                float g = relu != 0 && n * factor + shift <= 0f ? 0f : given;
                sum += g;
                dot += g * n;
            }
            sum += Total(sums);
            dot += Total(dots);
        }
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
        int plane = i / d.Blocks, first = i % d.Blocks * d.Each, channel = plane % d.Channels;
        int start = plane * d.Plane, end = Math.Min(first + d.Each, d.Plane);
        float mean = statistics[channel], rest = statistics[d.Channels + channel];
        float scale = statistics[2 * d.Channels + channel], factor = weight[channel], shift = bias[channel];
        float share = frozen != 0 ? 0f : gradientSums[channel] / d.Count;
        float slope = frozen != 0 ? 0f : gradientSums[d.Channels + channel] / d.Count;
        for (int j = start + first; j < start + end; j++)
        {
            float n = (x[j] - mean - rest) * scale, given = dy[j];
            float g = relu != 0 && n * factor + shift <= 0f ? 0f : given;
            float gradient = factor * scale * (g - share - n * slope);
            dx[j] = accumulate != 0 ? dx[j] + gradient : gradient;
        }
    }

    /// <summary>A channel's statistics from its sums around a value, and the running ones moved towards them.</summary>
    static void Describe(
        ArrayView<float> runningMean, ArrayView<float> runningVariance, ArrayView<float> statistics, int channel,
        float center, float sum, float square, ChannelDims d, float momentum, float epsilon)
    {
        float shift = sum / d.Count;
        float mean = center + shift;
        float rest = center - mean + shift;         // what rounding took from the mean
        float variance = MathF.Max((square - sum * shift) / d.Count, 0f);
        statistics[channel] = mean;
        statistics[d.Channels + channel] = rest;
        statistics[2 * d.Channels + channel] = 1f / MathF.Sqrt(variance + epsilon);
        runningMean[channel] += momentum * (mean - runningMean[channel]);
        float unbiased = variance * d.Count / (d.Count - 1);
        runningVariance[channel] += momentum * (unbiased - runningVariance[channel]);
    }

    static void Clear(ArrayView<float> a, ArrayView<float> b)
    {
        for (int lane = 0; lane < Lanes; lane++)
        {
            a[lane] = 0f;
            b[lane] = 0f;
        }
    }

    static float Total(ArrayView<float> lanes)
    {
        float total = 0f;
        for (int lane = 0; lane < Lanes; lane++)
            total += lanes[lane];
        return total;
    }

    /// <summary>Element 0 of both gets the sum of all.</summary>
    static void SumBoth(ArrayView<float> a, ArrayView<float> b, int item)
    {
        Group.Barrier();
        for (int half = Items / 2; half > 0; half /= 2)
        {
            if (item < half)
            {
                a[item] += a[item + half];
                b[item] += b[item + half];
            }
            Group.Barrier();
        }
    }
}
