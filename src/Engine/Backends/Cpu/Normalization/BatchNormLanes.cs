using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// What a batch norm goes through at once: a channel's planes or, where maps lie in blocks of channels, a block with a
/// channel in each lane. Either is one run of floats an image; they differ in the lanes' constants and in what becomes
/// of the lanes' sums, which a channel alone adds up. The second pass begins with the last image, which the first has
/// left in a cache where a block of all images does not fit.
/// </summary>
readonly unsafe struct BatchNormLanes<V> where V : struct, ICpuVector<V>
{
    /// <summary>
    /// Floats that are summed in float, read twice from L1, and combined with the others in double: a part of an
    /// image's run, or the runs of several images where they are small.
    /// </summary>
    public const int Block = 4096;

    // Of any instruction set.
    const int MostLanes = 16;

    readonly BatchNormPass<V> pass;
    readonly int first, channels, length, imagesOfABlock;
    readonly nint step;

    /// <param name="pass">Whose channels these are.</param>
    /// <param name="first">The first channel.</param>
    /// <param name="channels">1, in planes, or those of a block.</param>
    public BatchNormLanes(in BatchNormPass<V> pass, int first, int channels)
    {
        (this.pass, this.first, this.channels) = (pass, first, channels);
        (length, step) = (pass.Plane * channels, (nint)pass.Channels * pass.Plane);
        imagesOfABlock = Math.Max(1, Block / Math.Max(1, length));
    }

    /// <summary>
    /// Each channel's mean and (biased) variance. Squares are taken around each block's mean and blocks combined by
    /// Chan's formula, so nothing cancels, wherever the mean lies.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Moments(double* means, double* variances)
    {
        float* center = stackalloc float[MostLanes];
        float* sums = stackalloc float[MostLanes], squares = stackalloc float[MostLanes];
        double count = 0;
        for (int c = 0; c < channels; c++) means[c] = variances[c] = 0;
        for (int n = 0; n < pass.Images; n += imagesOfABlock)
            for (int i = 0; i < length; i += Block)
            {
                int images = Math.Min(imagesOfABlock, pass.Images - n), floats = Math.Min(Block, length - i);
                double here = (double)images * floats / channels, total = count + here, share = here / total;
                float* block = pass.At(pass.X, n, first) + i;
                V sum = Sums<V>.Lanes(block, floats, images, step, Beyond(n + images - 1, step));
                V.Store(channels == 1 ? V.Create((float)(V.Sum(sum) / here)) : sum / V.Create((float)here), center);
                Deviations(block, images, floats, center, sums, squares);
                for (int c = 0; c < channels; c++)
                {
                    double rest = Sum(sums, c), delta = center[c] + rest / here - means[c];
                    variances[c] += Sum(squares, c) - rest * rest / here + delta * delta * count * share;
                    means[c] += delta * share;
                }
                count = total;
            }
        for (int c = 0; c < channels; c++) variances[c] /= count;
    }

    /// <summary>
    /// y = (x - mean) * inverse * weight + bias, + <paramref name="residual"/> if there is one, cut at 0 if
    /// <paramref name="relu"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void Normalize(float* residual, Maps y, bool relu)
    {
        float* lanes = stackalloc float[3 * MostLanes];
        Fill(lanes, lanes + MostLanes, lanes + 2 * MostLanes);
        V mean = Spread(lanes), scale = Spread(lanes + MostLanes), shift = Spread(lanes + 2 * MostLanes);
        V lowest = V.Create(relu ? 0 : float.NegativeInfinity);
        for (int n = pass.Images - 1; n >= 0; n--)
        {
            float* from = pass.At(pass.X, n, first), to = pass.At(y, n, first);
            float* added = residual == null ? null : pass.At(residual, n, first);
            for (int i = 0; i < length; i += V.Count)
            {
                V value = V.MultiplyAdd(V.Load(from + i) - mean, scale, shift);
                if (added != null) value += V.Load(added + i);
                value = BatchNormPass<V>.AtLeast(lowest, value);
                if (i <= length - V.Count) V.Store(value, to + i);
                else V.Store(value, to + i, length - i);
            }
        }
    }

    /// <summary>Each channel's sums of g and of g * (x - mean), g being dy where the ReLU, if any, was open.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void GradientSums(Maps dy, bool relu, double* sums, double* dots)
    {
        float* lanes = stackalloc float[3 * MostLanes];
        Fill(lanes, lanes + MostLanes, lanes + 2 * MostLanes);
        V mean = Spread(lanes), scale = Spread(lanes + MostLanes), shift = Spread(lanes + 2 * MostLanes);
        for (int c = 0; c < channels; c++) sums[c] = dots[c] = 0;
        for (int begin = 0; begin < pass.Images; begin += imagesOfABlock)
            for (int start = 0; start < length; start += Block)
            {
                int last = Math.Min(begin + imagesOfABlock, pass.Images), end = Math.Min(start + Block, length);
                V s0 = default, s1 = default, d0 = default, d1 = default;
                for (int n = begin; n < last; n++)
                {
                    float* from = pass.At(pass.X, n, first), gradient = pass.At(dy, n, first);
                    nint beyond = Beyond(n, step), ahead = Beyond(n, dy.Pitch);
                    int i = start;
                    for (; i <= end - 2 * V.Count; i += 2 * V.Count)
                    {
                        V.Prefetch(from + beyond + i);
                        V.Prefetch(from + beyond + i + V.Count);
                        V.Prefetch(gradient + ahead + i);
                        V.Prefetch(gradient + ahead + i + V.Count);
                        V u = V.Load(from + i) - mean, v = V.Load(from + i + V.Count) - mean;
                        V g = BatchNormPass<V>.Open(u, V.Load(gradient + i), scale, shift, relu);
                        V h = BatchNormPass<V>.Open(v, V.Load(gradient + i + V.Count), scale, shift, relu);
                        s0 += g;
                        s1 += h;
                        V.AddProduct(ref d0, u, g);
                        V.AddProduct(ref d1, v, h);
                    }
                    for (; i < end; i += V.Count)
                    {
                        V.Prefetch(from + beyond + i);
                        V.Prefetch(gradient + ahead + i);
                        V u = (V.Load(from + i) - mean) & V.FirstLanes(end - i);
                        V g = BatchNormPass<V>.Open(u, V.Load(gradient + i), scale, shift, relu)
                            & V.FirstLanes(end - i);
                        s0 += g;
                        V.AddProduct(ref d0, u, g);
                    }
                }
                V.Store(s0 + s1, lanes);
                V.Store(d0 + d1, lanes + MostLanes);
                for (int c = 0; c < channels; c++)
                {
                    sums[c] += Sum(lanes, c);
                    dots[c] += Sum(lanes + MostLanes, c);
                }
            }
        for (int c = 0; c < channels; c++) dots[c] -= pass.LowMean(first + c) * sums[c];
    }

    /// <summary>
    /// dx = scale * (g - sum / count - (x - mean) * inverse^2 * dot / count), folded to scale * g + slope * (x - mean)
    /// + offset. Sums of 0 leave the gradient of constant statistics.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    [SkipLocalsInit]
    public void InputGradient(Maps dy, float* dx, double* sums, double* dots, bool relu, bool accumulate)
    {
        float* lanes = stackalloc float[3 * MostLanes];
        for (int c = 0; c < channels; c++) (lanes[c], lanes[MostLanes + c]) = pass.Line(first + c, sums[c], dots[c]);
        V k1 = Spread(lanes), k0 = Spread(lanes + MostLanes);
        Fill(lanes, lanes + MostLanes, lanes + 2 * MostLanes);
        V mean = Spread(lanes), scale = Spread(lanes + MostLanes), shift = Spread(lanes + 2 * MostLanes);
        for (int n = pass.Images - 1; n >= 0; n--)
        {
            float* from = pass.At(pass.X, n, first), gradient = pass.At(dy, n, first), to = pass.At(dx, n, first);
            for (int i = 0; i < length; i += V.Count)
            {
                V u = V.Load(from + i) - mean;
                V g = BatchNormPass<V>.Open(u, V.Load(gradient + i), scale, shift, relu);
                V result = V.MultiplyAdd(g, scale, V.MultiplyAdd(u, k1, k0));
                if (accumulate) result += V.Load(to + i);
                if (i <= length - V.Count) V.Store(result, to + i);
                else V.Store(result, to + i, length - i);
            }
        }
    }

    /// <summary>
    /// From an image's run to the one that is read after it: of the next image, or the next channels' first. Small runs
    /// are too far apart for the hardware to see a stream, so they are asked for meanwhile. 0 for large ones.
    /// </summary>
    nint Beyond(int n, nint pitch) =>
        length > Block ? 0 : n + 1 < pass.Images ? pitch : length - (pass.Images - 1) * pitch;

    /// <summary>What each channel has, in its lane, or the only one in all lanes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V Spread(float* each) => channels == 1 ? V.Create(*each) : V.Load(each);

    /// <summary>What a channel has of sums in lanes.</summary>
    double Sum(float* lanes, int c) => channels == 1 ? V.Sum(V.Load(lanes)) : lanes[c];

    void Fill(float* mean, float* scale, float* shift)
    {
        for (int c = 0; c < channels; c++)
            (mean[c], scale[c], shift[c]) = (pass.HighMean(first + c), pass.Scale(first + c), pass.Shift(first + c));
    }

    /// <summary>The sums, lane by lane, of x - center and of (x - center)^2 over a block of some images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Deviations(float* x, int images, int floats, float* center, float* sums, float* squares)
    {
        V middle = V.Load(center), s0 = default, s1 = default, q0 = default, q1 = default;
        for (; images > 0; images--, x += step)
        {
            int i = 0;
            for (; i <= floats - 2 * V.Count; i += 2 * V.Count)
            {
                V u = V.Load(x + i) - middle, v = V.Load(x + i + V.Count) - middle;
                s0 += u;
                s1 += v;
                V.AddProduct(ref q0, u, u);
                V.AddProduct(ref q1, v, v);
            }
            for (; i < floats; i += V.Count)
            {
                V u = (V.Load(x + i) - middle) & V.FirstLanes(floats - i);
                s0 += u;
                V.AddProduct(ref q0, u, u);
            }
        }
        V.Store(s0 + s1, sums);
        V.Store(q0 + q1, squares);
    }
}
