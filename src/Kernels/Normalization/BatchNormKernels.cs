using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Kernels.Normalization;

/// <summary>
/// Batch norm. The statistics of a channel are the three rows of (3, C): the mean as the sum of two floats, and
/// 1 / sqrt(variance + epsilon).
/// </summary>
public static partial class BatchNormKernels
{
    /// <summary>Items of a group that sums.</summary>
    public const int Items = 128;

    const int Lanes = 16;

    /// <summary>
    /// A channel's statistics in one pass, and the running ones moved by momentum towards them. Sums are taken around
    /// the mean of a sample, so that neither a mean far from 0 nor an outlier cancels, and in two floats each. One
    /// group a channel (Grid.IdxX) and <paramref name="each"/> of its elements (Grid.IdxY), then a tree in shared
    /// memory. Where a channel has several groups, each leaves its sums and their center in parts (parts, 3, C) for
    /// <see cref="FinishStatistics"/>. Reads 4 bytes an element. Deterministic.
    /// </summary>
    [Kernel(Items)]
    public static void Statistics(
        ArrayView<float> x, ArrayView<float> runningMean, ArrayView<float> runningVariance, ArrayView<float> statistics,
        [MayAlias] ArrayView<float> parts, ChannelDims d, int each, float momentum, float epsilon)
    {
        var sums = SharedMemory.Allocate<float>(Items);
        var squares = SharedMemory.Allocate<float>(Items);
        int channel = Grid.IdxX, first = Grid.IdxY * each;
        float center = SumChannel(x, sums, squares, channel, first, Math.Min(first + each, d.Count), d);
        if (Group.IdxX == 0)
        {
            if (Grid.DimY == 1)
                Describe(
                    runningMean, runningVariance, statistics, channel, center, sums[0], squares[0], d, momentum,
                    epsilon);
            else
            {
                int at = 3 * Grid.IdxY * d.Channels + channel;
                parts[at] = center;
                parts[at + d.Channels] = sums[0];
                parts[at + 2 * d.Channels] = squares[0];
            }
        }
    }

    /// <summary>The statistics of channels that several groups have summed. Parallel over channels.</summary>
    [Kernel]
    public static void FinishStatistics(
        Index1D channel, ArrayView<float> parts, ArrayView<float> runningMean, ArrayView<float> runningVariance,
        ArrayView<float> statistics, ChannelDims d, int count, float momentum, float epsilon)
    {
        float sum = 0f, sumRest = 0f, square = 0f, squareRest = 0f;
        for (int part = 0; part < count; part++)
        {
            int at = 3 * part * d.Channels + channel;
            TwoSum.Add(ref sum, ref sumRest, parts[at + d.Channels]);
            TwoSum.Add(ref square, ref squareRest, parts[at + 2 * d.Channels]);
        }
        Describe(
            runningMean, runningVariance, statistics, channel, parts[channel], TwoSum.Total(sum, sumRest),
            TwoSum.Total(square, squareRest), d, momentum, epsilon);
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
        DescribeByItem(x, runningMean, runningVariance, statistics, Grid.IdxX, d, momentum, epsilon);
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
    /// The third row of a channel's statistics becomes the sum of squared deviations, from the unbiased variance; 0
    /// where there is one value. Parallel over channels.
    /// </summary>
    [Kernel]
    public static void KeepSquares(
        Index1D channel, ArrayView<float> variance, ArrayView<float> statistics, ChannelDims d)
    {
        statistics[2 * d.Channels + channel] = d.Count > 1 ? variance[channel] * (d.Count - 1) : 0f;
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
        int plane = d.ByBlocks.Quotient(i), first = d.ByBlocks.Remainder(i, plane) * d.Each;
        int channel = d.ByChannels.Remainder(plane, d.ByChannels.Quotient(plane));
        int start = plane * d.Plane, end = Math.Min(first + d.Each, d.Plane);
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        for (int j = start + first; j < start + end; j++) PutOutput(x, y, y, j, norm, relu, 0);
    }

    /// <summary><see cref="Normalize"/> with a residual of the same shape: added before the ReLU.</summary>
    [Kernel]
    public static void NormalizeAdded(
        Index1D i, ArrayView<float> x, ArrayView<float> weight, ArrayView<float> bias, ArrayView<float> statistics,
        ArrayView<float> residual, ArrayView<float> y, ChannelDims d, int relu)
    {
        int plane = d.ByBlocks.Quotient(i), first = d.ByBlocks.Remainder(i, plane) * d.Each;
        int channel = d.ByChannels.Remainder(plane, d.ByChannels.Quotient(plane));
        int start = plane * d.Plane, end = Math.Min(first + d.Each, d.Plane);
        ChannelNorm norm = ChannelNorm.Of(statistics, weight, bias, channel, d.Channels);
        for (int j = start + first; j < start + end; j++) PutOutput(x, residual, y, j, norm, relu, 1);
    }

    /// <summary>
    /// What becomes of an element, with a residual where <paramref name="adds"/> is not 0; any view otherwise.
    /// </summary>
    static void PutOutput(
        ArrayView<float> x, ArrayView<float> residual, ArrayView<float> y, int at, ChannelNorm norm, int relu, int adds)
    {
        float value = norm.Output(x[at]);
        if (adds != 0) value += residual[at];
        y[at] = relu != 0 ? MathF.Max(value, 0f) : value;
    }

    /// <summary>
    /// Element 0 of both gets the sum of a channel's deviations, and of their squares, over some of its elements. They
    /// are taken from the mean of a sample, which is returned.
    /// </summary>
    static float SumChannel(
        ArrayView<float> x, ArrayView<float> sums, ArrayView<float> squares, int channel, int first, int end,
        ChannelDims d)
    {
        int item = Group.IdxX, sample = Math.Min(d.Count, Items);
        sums[item] = item < sample ? x[d.At(channel, item * (d.Count / sample))] : 0f;
        GroupSum.Fold(sums, item, Items);
        float center = sums[0] / sample;
        Group.Barrier(); // all have read it
        float sum = 0f, sumRest = 0f, square = 0f, squareRest = 0f;
        ChannelWalk walk;
        ChannelWalk.Start(out walk, channel, first + item, Items, d);
        for (int i = first + item; i < end; i += Items)
        {
            float deviation = x[walk.At] - center;
            ChannelWalk.Next(ref walk, d);
            TwoSum.Add(ref sum, ref sumRest, deviation);
            TwoSum.Add(ref square, ref squareRest, deviation * deviation);
        }
        sums[item] = TwoSum.Total(sum, sumRest);
        squares[item] = TwoSum.Total(square, squareRest);
        SumBoth(sums, squares, item);
        return center;
    }

    /// <summary>The statistics of a whole channel by one item.</summary>
    static void DescribeByItem(
        ArrayView<float> x, ArrayView<float> runningMean, ArrayView<float> runningVariance, ArrayView<float> statistics,
        int channel, ChannelDims d, float momentum, float epsilon)
    {
        var sums = LocalMemory.Allocate<float>(Lanes);
        var squares = LocalMemory.Allocate<float>(Lanes);
        float center = 0f, sum = 0f, square = 0f;
        int sample = Math.Min(d.Count, Items), full = d.Plane / Lanes * Lanes;
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
