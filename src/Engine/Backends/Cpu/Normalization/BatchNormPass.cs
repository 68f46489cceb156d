using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// Batch norm of one channel at a time, so that the second pass over a channel reads a cache and not memory, or of a
/// block of them where maps lie so (<see cref="BatchNormLanes{V}"/>), or of several where planes are small
/// (<see cref="BatchNormStrip{V}"/>). The mean is kept as two floats: where it is far
/// larger than the deviation, one float would be too coarse.
/// </summary>
readonly unsafe struct BatchNormPass<V> where V : struct, ICpuVector<V>
{
    // The largest planes that are taken a strip of channels at a time, with images enough.
    const int LargestOfAStrip = 64;

    readonly float* weight, bias, statistics;
    readonly bool isInBlocks;

    public BatchNormPass(Tensor x, Tensor weight, Tensor bias, Tensor statistics)
    {
        (Images, Channels, Plane) = (x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank));
        X = x.Floats();
        isInBlocks = x.ChannelBlock > 0;
        this.weight = weight.Floats();
        this.bias = bias.Floats();
        this.statistics = statistics.Floats();
    }

    public int Images { get; }

    public int Channels { get; }

    public int Plane { get; }

    public float* X { get; }

    /// <summary>Channels that are best taken at once; a few strips for each of some threads.</summary>
    public int Together(int threads) =>
        isInBlocks ? V.Count
        : IsInStrips ? Math.Clamp(Channels / (2 * threads), 1, BatchNormStrip<V>.MostFloats / Plane)
        : 1;

    /// <summary>Means and (biased) variances of channels c .. c + count - 1.</summary>
    public void Moments(int c, int count, double* means, double* variances)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).Moments(means, variances);
        else new BatchNormLanes<V>(this, c, count).Moments(means, variances);
    }

    /// <summary>Their y, as <see cref="BatchNormLanes{V}.Normalize"/> says.</summary>
    public void Normalize(int c, int count, float* residual, Maps y, bool relu)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).Normalize(residual, y, relu);
        else new BatchNormLanes<V>(this, c, count).Normalize(residual, y, relu);
    }

    /// <summary>Their sums, as <see cref="BatchNormLanes{V}.GradientSums"/> says.</summary>
    public void GradientSums(int c, int count, Maps dy, bool relu, double* sums, double* dots)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).GradientSums(dy, relu, sums, dots);
        else new BatchNormLanes<V>(this, c, count).GradientSums(dy, relu, sums, dots);
    }

    /// <summary>Their dx, as <see cref="BatchNormLanes{V}.InputGradient"/> says.</summary>
    public void InputGradient(
        int c, int count, Maps dy, float* dx, double* sums, double* dots, bool relu, bool accumulate)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).InputGradient(dy, dx, sums, dots, relu, accumulate);
        else new BatchNormLanes<V>(this, c, count).InputGradient(dy, dx, sums, dots, relu, accumulate);
    }

    /// <summary>Keeps mean and 1 / sqrt(variance) for both passes.</summary>
    public void SetStatistics(int c, double mean, double variance)
    {
        statistics[c] = (float)mean;
        statistics[Channels + c] = (float)(mean - (float)mean);
        statistics[2 * Channels + c] = (float)(1 / Math.Sqrt(variance));
    }

    /// <summary>1 / sqrt(variance + epsilon) of a channel.</summary>
    public float Inverse(int c) => statistics[2 * Channels + c];

    // A strip's sums of each position are added up at the end, which few images do not make up for. The number of
    // threads has no say: a channel's sums must not depend on it.
    bool IsInStrips => !isInBlocks && Plane > 0 && Plane <= Math.Min(LargestOfAStrip, 4 * Images);

    /// <summary>A plane, or a block that starts with channel c, of maps of these extents.</summary>
    public float* At(float* maps, int n, int c) => maps + ((long)n * Channels + c) * Plane;

    /// <summary>The same of maps that may be some channels of larger ones.</summary>
    public float* At(Maps maps, int n, int c) => maps.Start + n * maps.Pitch + (nint)c * Plane;

    /// <summary>Maps of these extents, or these channels of larger ones.</summary>
    public Maps Of(Tensor maps) =>
        new(maps.Floats(), maps.ImagePitch > 0 ? maps.ImagePitch : (nint)Channels * Plane);

    /// <summary>The mean of a channel, as near as a float comes to it.</summary>
    public float HighMean(int c) => statistics[c];

    /// <summary>What of the mean is missing there.</summary>
    public double LowMean(int c) => statistics[Channels + c];

    /// <summary>Slope and offset of <see cref="BatchNormLanes{V}.InputGradient"/>.</summary>
    public (float Slope, float Offset) Line(int c, double sum, double dot)
    {
        double count = (double)Images * Plane, factor = (double)weight[c] * Inverse(c);
        double slope = -factor * Inverse(c) * Inverse(c) * dot / count;
        return ((float)slope, (float)(-factor * sum / count - slope * LowMean(c)));
    }

    /// <summary>What a centered value is multiplied by.</summary>
    public float Scale(int c) => weight[c] * Inverse(c);

    /// <summary>
    /// What is added then. The mean's low part is folded in here: (x - high - low) * scale + bias.
    /// </summary>
    public float Shift(int c) => (float)(bias[c] - LowMean(c) * Scale(c));

    /// <summary>dy where the ReLU, if any, was open, elsewhere 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Open(V centered, V dy, V scale, V shift, bool relu) =>
        relu ? V.Select(V.GreaterThan(V.MultiplyAdd(centered, scale, shift), default), dy, default) : dy;

    /// <summary>The larger of two numbers. Keeps NaN, as Max does, in fewer instructions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V AtLeast(V lowest, V y) => V.Select(V.GreaterThan(lowest, y), lowest, y);
}

/// <summary>Maps, one image so many floats behind the other.</summary>
readonly unsafe struct Maps(float* start, nint pitch)
{
    /// <summary>The first image.</summary>
    public float* Start { get; } = start;

    /// <summary>Floats from one image to the next.</summary>
    public nint Pitch { get; } = pitch;
}
