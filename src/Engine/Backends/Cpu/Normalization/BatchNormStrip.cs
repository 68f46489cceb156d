using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// Neighbouring channels of small planes, which lie one behind the other in each image. A channel alone would leave
/// lanes empty, and its planes of all images, often a power of two apart, would meet in a few sets of the caches. Sums
/// are kept for each position of the strip over some images and then added up for each channel, so they do not depend
/// on which others are taken with it.
/// </summary>
readonly unsafe struct BatchNormStrip<V> where V : struct, ICpuVector<V>
{
    /// <summary>The most floats of a strip in an image.</summary>
    public const int MostFloats = 512;

    // What vectors run over a strip's end, and images whose sums are floats before they are added up in double.
    const int Padded = MostFloats + 16, ImagesOfABlock = 64;

    readonly BatchNormPass<V> pass;
    readonly int first, count, plane, width;
    readonly nint step;

    /// <param name="pass">Whose channels these are.</param>
    /// <param name="first">The first channel.</param>
    /// <param name="count">Channels.</param>
    public BatchNormStrip(in BatchNormPass<V> pass, int first, int count)
    {
        (this.pass, this.first, this.count, plane) = (pass, first, count, pass.Plane);
        (width, step) = (count * plane, (nint)pass.Channels * plane);
    }

    /// <summary>Each channel's mean and (biased) variance; squares are taken around its mean as a float.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Moments(double* means, double* variances)
    {
        float* center = stackalloc float[Padded], sum = stackalloc float[Padded], squares = stackalloc float[Padded];
        double* rests = stackalloc double[count];
        double total = (double)pass.Images * plane;
        for (int c = 0; c < count; c++) means[c] = rests[c] = variances[c] = 0;
        for (int n = 0; n < pass.Images; n += ImagesOfABlock)
        {
            new Span<float>(sum, Padded).Clear();
            float* x = pass.At(pass.X, n, first);
            for (int last = Math.Min(n + ImagesOfABlock, pass.Images), i = n; i < last; i++, x += step)
                for (int j = 0; j < width; j += V.Count)
                {
                    V.Prefetch(x + step + j);
                    V.Store(V.Load(sum + j) + V.Load(x + j), sum + j);
                }
            AddUp(sum, means);
        }
        for (int c = 0; c < count; c++) Fill(center, c, (float)(means[c] /= total));
        for (int n = 0; n < pass.Images; n += ImagesOfABlock)
        {
            new Span<float>(sum, Padded).Clear();
            new Span<float>(squares, Padded).Clear();
            float* x = pass.At(pass.X, n, first);
            for (int last = Math.Min(n + ImagesOfABlock, pass.Images), i = n; i < last; i++, x += step)
                for (int j = 0; j < width; j += V.Count)
                {
                    V u = V.Load(x + j) - V.Load(center + j);
                    V.Store(V.Load(sum + j) + u, sum + j);
                    V.Store(V.MultiplyAdd(u, u, V.Load(squares + j)), squares + j);
                }
            AddUp(sum, rests);
            AddUp(squares, variances);
        }
        for (int c = 0; c < count; c++)
        {
            double rest = rests[c] / total;
            means[c] = (float)means[c] + rest;
            variances[c] = variances[c] / total - rest * rest;
        }
    }

    /// <summary>y, as <see cref="BatchNormLanes{V}.Normalize"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Normalize(float* residual, Maps y, bool relu)
    {
        float* mean = stackalloc float[Padded], scale = stackalloc float[Padded], shift = stackalloc float[Padded];
        Fill(mean, scale, shift);
        V lowest = V.Create(relu ? 0 : float.NegativeInfinity);
        for (int n = 0; n < pass.Images; n++)
        {
            float* from = pass.At(pass.X, n, first), to = pass.At(y, n, first);
            float* added = residual == null ? null : pass.At(residual, n, first);
            for (int j = 0; j < width; j += V.Count)
            {
                V value = V.MultiplyAdd(V.Load(from + j) - V.Load(mean + j), V.Load(scale + j), V.Load(shift + j));
                if (added != null) value += V.Load(added + j);
                value = BatchNormPass<V>.AtLeast(lowest, value);
                if (j <= width - V.Count) V.Store(value, to + j);
                else V.Store(value, to + j, width - j);
            }
        }
    }

    /// <summary>Each channel's sums of g and of g * (x - mean), g being dy where the ReLU was open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void GradientSums(Maps dy, bool relu, double* sums, double* dots)
    {
        float* mean = stackalloc float[Padded], scale = stackalloc float[Padded], shift = stackalloc float[Padded];
        float* sum = stackalloc float[Padded], dot = stackalloc float[Padded];
        Fill(mean, scale, shift);
        for (int c = 0; c < count; c++) sums[c] = dots[c] = 0;
        for (int n = 0; n < pass.Images; n += ImagesOfABlock)
        {
            new Span<float>(sum, Padded).Clear();
            new Span<float>(dot, Padded).Clear();
            float* x = pass.At(pass.X, n, first), gradient = pass.At(dy, n, first);
            int last = Math.Min(n + ImagesOfABlock, pass.Images);
            for (int i = n; i < last; i++, x += step, gradient += dy.Pitch)
                for (int j = 0; j < width; j += V.Count)
                {
                    V.Prefetch(x + step + j);
                    V.Prefetch(gradient + dy.Pitch + j);
                    V u = V.Load(x + j) - V.Load(mean + j);
                    V g = BatchNormPass<V>.Open(u, V.Load(gradient + j), V.Load(scale + j), V.Load(shift + j), relu);
                    V.Store(V.Load(sum + j) + g, sum + j);
                    V.Store(V.MultiplyAdd(u, g, V.Load(dot + j)), dot + j);
                }
            AddUp(sum, sums);
            AddUp(dot, dots);
        }
        for (int c = 0; c < count; c++) dots[c] -= pass.LowMean(first + c) * sums[c];
    }

    /// <summary>dx (+)= scale * g + slope * (x - mean) + offset, by each channel's sums.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void InputGradient(Maps dy, float* dx, double* sums, double* dots, bool relu, bool accumulate)
    {
        float* mean = stackalloc float[Padded], scale = stackalloc float[Padded], shift = stackalloc float[Padded];
        float* slope = stackalloc float[Padded], offset = stackalloc float[Padded];
        Fill(mean, scale, shift);
        for (int c = 0; c < count; c++)
        {
            (float k1, float k0) = pass.Line(first + c, sums[c], dots[c]);
            Fill(slope, c, k1);
            Fill(offset, c, k0);
        }
        for (int n = 0; n < pass.Images; n++)
        {
            float* from = pass.At(pass.X, n, first), gradient = pass.At(dy, n, first), to = pass.At(dx, n, first);
            for (int j = 0; j < width; j += V.Count)
            {
                V u = V.Load(from + j) - V.Load(mean + j), factor = V.Load(scale + j);
                V g = BatchNormPass<V>.Open(u, V.Load(gradient + j), factor, V.Load(shift + j), relu);
                V result = V.MultiplyAdd(g, factor, V.MultiplyAdd(u, V.Load(slope + j), V.Load(offset + j)));
                if (accumulate) result += V.Load(to + j);
                if (j <= width - V.Count) V.Store(result, to + j);
                else V.Store(result, to + j, width - j);
            }
        }
    }

    /// <summary>Adds a strip's positions to the sums of their channels.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void AddUp(float* strip, double* sums)
    {
        for (int c = 0; c < count; c++, strip += plane)
        {
            V sum = V.Load(strip) & V.FirstLanes(plane);
            for (int i = V.Count; i < plane; i += V.Count) sum += V.Load(strip + i) & V.FirstLanes(plane - i);
            sums[c] += V.Sum(sum);
        }
    }

    void Fill(float* mean, float* scale, float* shift)
    {
        for (int c = 0; c < count; c++)
        {
            Fill(mean, c, pass.HighMean(first + c));
            Fill(scale, c, pass.Scale(first + c));
            Fill(shift, c, pass.Shift(first + c));
        }
    }

    /// <summary>The same number at all positions of a channel; whole vectors run over into the next one's.</summary>
    void Fill(float* strip, int c, float value)
    {
        for (int i = 0; i < plane; i += V.Count) V.Store(V.Create(value), strip + c * plane + i);
    }
}
