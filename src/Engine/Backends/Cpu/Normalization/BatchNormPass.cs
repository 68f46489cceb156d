using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// Batch norm of one channel at a time, so that the second pass over a channel reads a cache and not memory. The mean
/// is kept as two floats: where it is far larger than the deviation, one float would be too coarse.
/// </summary>
readonly unsafe struct BatchNormPass<V> where V : struct, ICpuVector<V>
{
    // A block is summed in float, reads twice from L1, and is combined with the others in double: a part of a plane, or
    // the planes of several images where they are small.
    const int Block = 4096;

    readonly float* x, weight, bias, statistics;

    public BatchNormPass(Tensor x, Tensor weight, Tensor bias, Tensor statistics)
    {
        (Images, Channels, Plane) = (x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank));
        this.x = x.Floats();
        this.weight = weight.Floats();
        this.bias = bias.Floats();
        this.statistics = statistics.Floats();
    }

    public int Images { get; }

    public int Channels { get; }

    public int Plane { get; }

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
                float* block = x + At(n, c) + i;
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
            float* from = x + At(n, c), to = y + At(n, c), added = residual == null ? null : residual + At(n, c);
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
                    float* from = x + At(n, c), gradient = dy + At(n, c);
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
        return (sum, dot - (double)statistics[Channels + c] * sum);
    }

    /// <summary>
    /// dx = scale * (g - sum / count - (x - mean) * inverse^2 * dot / count), folded to scale * g + slope * (x - mean)
    /// + shift. Sums of 0 leave the gradient of constant statistics.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void InputGradient(int c, float* dy, float* dx, double sum, double dot, bool relu, bool accumulate)
    {
        double count = (double)Images * Plane, factor = (double)weight[c] * Inverse(c);
        double slope = -factor * Inverse(c) * Inverse(c) * dot / count;
        V k1 = V.Create((float)slope);
        V k0 = V.Create((float)(-factor * sum / count - slope * statistics[Channels + c]));
        V mean = V.Create(statistics[c]), scale = V.Create(Scale(c)), shift = V.Create(Shift(c));
        for (int n = 0; n < Images; n++)
        {
            float* from = x + At(n, c), gradient = dy + At(n, c), to = dx + At(n, c);
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

    int ImagesOfABlock => Math.Max(1, Block / Math.Max(1, Plane));

    /// <summary>
    /// From a plane to the one that is read after it: of the next image, or the next channel's first. Small planes of
    /// one channel are too far apart for the hardware to see a stream, so it is asked for meanwhile. 0 for large ones.
    /// </summary>
    nint Beyond(int n) => Plane > Block ? 0
        : n + 1 < Images ? (nint)Channels * Plane : Plane - (nint)(Images - 1) * Channels * Plane;

    long At(int n, int c) => ((long)n * Channels + c) * Plane;

    float Scale(int c) => weight[c] * Inverse(c);

    // The mean's low part is folded in here: (x - high - low) * scale + bias.
    float Shift(int c) => (float)(bias[c] - (double)statistics[Channels + c] * Scale(c));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Open(V centered, V dy, V scale, V shift, bool relu) =>
        relu ? V.Select(V.GreaterThan(V.MultiplyAdd(centered, scale, shift), default), dy, default) : dy;

    // Keeps NaN, as Max does, in fewer instructions.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V AtLeast(V lowest, V y) => V.Select(V.GreaterThan(lowest, y), lowest, y);

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
