using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// Batch norm of one channel at a time, so that the second pass over a channel reads a cache and not memory, or of
/// several where planes are small (<see cref="BatchNormStrip{V}"/>). The mean is kept as two floats: where it is far
/// larger than the deviation, one float would be too coarse.
/// </summary>
readonly unsafe struct BatchNormPass<V> where V : struct, ICpuVector<V>
{
    // A block is summed in float, reads twice from L1, and is combined with the others in double: a part of a plane, or
    // the planes of several images where they are small.
    const int Block = 4096;

    // The largest planes that are taken a strip of channels at a time, with images enough.
    const int LargestOfAStrip = 64;

    readonly float* weight, bias, statistics;

    public BatchNormPass(Tensor x, Tensor weight, Tensor bias, Tensor statistics)
    {
        (Images, Channels, Plane) = (x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank));
        X = x.Floats();
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
        IsInStrips ? Math.Clamp(Channels / (2 * threads), 1, BatchNormStrip<V>.MostFloats / Plane) : 1;

    /// <summary>Means and (biased) variances of channels c .. c + count - 1.</summary>
    public void Moments(int c, int count, double* means, double* variances)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).Moments(means, variances);
        else (*means, *variances) = Moments(c);
    }

    /// <summary>As <see cref="Normalize(int, float*, float*, bool)"/>, for several channels.</summary>
    public void Normalize(int c, int count, float* residual, float* y, bool relu)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).Normalize(residual, y, relu);
        else Normalize(c, residual, y, relu);
    }

    /// <summary>As <see cref="GradientSums(int, float*, bool)"/>, for several channels.</summary>
    public void GradientSums(int c, int count, float* dy, bool relu, double* sums, double* dots)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).GradientSums(dy, relu, sums, dots);
        else (*sums, *dots) = GradientSums(c, dy, relu);
    }

    /// <summary>
    /// As <see cref="InputGradient(int, float*, float*, double, double, bool, bool)"/>, for several channels.
    /// </summary>
    public void InputGradient(
        int c, int count, float* dy, float* dx, double* sums, double* dots, bool relu, bool accumulate)
    {
        if (IsInStrips) new BatchNormStrip<V>(this, c, count).InputGradient(dy, dx, sums, dots, relu, accumulate);
        else InputGradient(c, dy, dx, *sums, *dots, relu, accumulate);
    }

    /// <summary>
    /// The mean and the (biased) variance of a channel. Squares are taken around each block's mean and blocks combined
    /// by Chan's formula, so nothing cancels, wherever the mean lies.
    /// </summary>
    public (double Mean, double Variance) Moments(int c)
    {
        double mean = 0, squares = 0, count = 0;
        for (int n = 0; n < Images; n += ImagesOfABlock)
            for (int i = 0; i < Plane; i += Block)
            {
                int images = Math.Min(ImagesOfABlock, Images - n), length = Math.Min(Block, Plane - i);
                double here = (double)images * length, total = count + here;
                float* block = At(X, n, c) + i;
                float center = (float)(
                    Sums<V>.Sum(block, length, images, (nint)Channels * Plane, Beyond(n + images - 1)) / here);
                (double rest, double around) = Deviations(block, images, length, center);
                double delta = center + rest / here - mean;
                squares += around - rest * rest / here + delta * delta * count * here / total;
                mean += delta * here / total;
                count = total;
            }
        return (mean, squares / count);
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

    /// <summary>
    /// y = (x - mean) * inverse * weight + bias, + <paramref name="residual"/> if there is one, cut at 0 if
    /// <paramref name="relu"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Normalize(int c, float* residual, float* y, bool relu)
    {
        V mean = V.Create(statistics[c]), scale = V.Create(Scale(c)), shift = V.Create(Shift(c));
        V lowest = V.Create(relu ? 0 : float.NegativeInfinity);
        for (int n = 0; n < Images; n++)
        {
            float* from = At(X, n, c), to = At(y, n, c), added = residual == null ? null : At(residual, n, c);
            for (int i = 0; i < Plane; i += V.Count)
            {
                V value = V.MultiplyAdd(V.Load(from + i) - mean, scale, shift);
                if (added != null) value += V.Load(added + i);
                value = AtLeast(lowest, value);
                if (i <= Plane - V.Count) V.Store(value, to + i);
                else V.Store(value, to + i, Plane - i);
            }
        }
    }

    /// <summary>The sums of g and of g * (x - mean), g being dy where the ReLU, if any, was open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public (double Sum, double Dot) GradientSums(int c, float* dy, bool relu)
    {
        V mean = V.Create(statistics[c]), scale = V.Create(Scale(c)), shift = V.Create(Shift(c));
        double sum = 0, dot = 0;
        for (int first = 0; first < Images; first += ImagesOfABlock)
            for (int start = 0; start < Plane; start += Block)
            {
                int last = Math.Min(first + ImagesOfABlock, Images), end = Math.Min(start + Block, Plane);
                V s0 = default, s1 = default, d0 = default, d1 = default;
                for (int n = first; n < last; n++)
                {
                    float* from = At(X, n, c), gradient = At(dy, n, c);
                    nint beyond = Beyond(n);
                    int i = start;
                    for (; i <= end - 2 * V.Count; i += 2 * V.Count)
                    {
                        V.Prefetch(from + beyond + i);
                        V.Prefetch(from + beyond + i + V.Count);
                        V.Prefetch(gradient + beyond + i);
                        V.Prefetch(gradient + beyond + i + V.Count);
                        V u = V.Load(from + i) - mean, v = V.Load(from + i + V.Count) - mean;
                        V g = Open(u, V.Load(gradient + i), scale, shift, relu);
                        V h = Open(v, V.Load(gradient + i + V.Count), scale, shift, relu);
                        s0 += g;
                        s1 += h;
                        V.AddProduct(ref d0, u, g);
                        V.AddProduct(ref d1, v, h);
                    }
                    for (; i < end; i += V.Count)
                    {
                        V.Prefetch(from + beyond + i);
                        V.Prefetch(gradient + beyond + i);
                        V u = (V.Load(from + i) - mean) & V.FirstLanes(end - i);
                        V g = Open(u, V.Load(gradient + i), scale, shift, relu) & V.FirstLanes(end - i);
                        s0 += g;
                        V.AddProduct(ref d0, u, g);
                    }
                }
                sum += V.Sum(s0 + s1);
                dot += V.Sum(d0 + d1);
            }
        return (sum, dot - LowMean(c) * sum);
    }

    /// <summary>
    /// dx = scale * (g - sum / count - (x - mean) * inverse^2 * dot / count), folded to scale * g + slope * (x - mean)
    /// + shift. Sums of 0 leave the gradient of constant statistics.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void InputGradient(int c, float* dy, float* dx, double sum, double dot, bool relu, bool accumulate)
    {
        (float slope, float offset) = Line(c, sum, dot);
        V k1 = V.Create(slope), k0 = V.Create(offset);
        V mean = V.Create(statistics[c]), scale = V.Create(Scale(c)), shift = V.Create(Shift(c));
        for (int n = 0; n < Images; n++)
        {
            float* from = At(X, n, c), gradient = At(dy, n, c), to = At(dx, n, c);
            for (int i = 0; i < Plane; i += V.Count)
            {
                V u = V.Load(from + i) - mean, g = Open(u, V.Load(gradient + i), scale, shift, relu);
                V result = V.MultiplyAdd(g, scale, V.MultiplyAdd(u, k1, k0));
                if (accumulate) result += V.Load(to + i);
                if (i <= Plane - V.Count) V.Store(result, to + i);
                else V.Store(result, to + i, Plane - i);
            }
        }
    }

    // A strip's sums of each position are added up at the end, which few images do not make up for. The number of
    // threads has no say: a channel's sums must not depend on it.
    bool IsInStrips => Plane > 0 && Plane <= Math.Min(LargestOfAStrip, 4 * Images);

    int ImagesOfABlock => Math.Max(1, Block / Math.Max(1, Plane));

    /// <summary>
    /// From a plane to the one that is read after it: of the next image, or the next channel's first. Small planes of
    /// one channel are too far apart for the hardware to see a stream, so it is asked for meanwhile. 0 for large ones.
    /// </summary>
    nint Beyond(int n) => Plane > Block ? 0
        : n + 1 < Images ? (nint)Channels * Plane : Plane - (nint)(Images - 1) * Channels * Plane;

    /// <summary>A plane of maps of these extents.</summary>
    public float* At(float* maps, int n, int c) => maps + ((long)n * Channels + c) * Plane;

    /// <summary>The mean of a channel, as near as a float comes to it.</summary>
    public float HighMean(int c) => statistics[c];

    /// <summary>What of the mean is missing there.</summary>
    public double LowMean(int c) => statistics[Channels + c];

    /// <summary>
    /// Slope and offset of <see cref="InputGradient(int, float*, float*, double, double, bool, bool)"/>.
    /// </summary>
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

    /// <summary>The sums of x - center and of (x - center)^2 over a block of some images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    (double Sum, double Squares) Deviations(float* x, int images, int length, float center)
    {
        V middle = V.Create(center), s0 = default, s1 = default, q0 = default, q1 = default;
        for (; images > 0; images--, x += (nint)Channels * Plane)
        {
            int i = 0;
            for (; i <= length - 2 * V.Count; i += 2 * V.Count)
            {
                V u = V.Load(x + i) - middle, v = V.Load(x + i + V.Count) - middle;
                s0 += u;
                s1 += v;
                V.AddProduct(ref q0, u, u);
                V.AddProduct(ref q1, v, v);
            }
            for (; i < length; i += V.Count)
            {
                V u = (V.Load(x + i) - middle) & V.FirstLanes(length - i);
                s0 += u;
                V.AddProduct(ref q0, u, u);
            }
        }
        return (V.Sum(s0 + s1), V.Sum(q0 + q1));
    }
}
