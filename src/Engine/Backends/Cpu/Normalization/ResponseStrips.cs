using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// Local response norm in strips of pixels through all channels: narrow enough that the neighbouring channels of a
/// strip are still in L1 or L2 when their turn comes, long enough for the memory to prefetch.
/// </summary>
readonly unsafe struct ResponseStrips<V> where V : struct, ICpuVector<V>
{
    const int Strip = 1024;

    readonly int channels, plane, strips, pitch, before, after;
    readonly ResponseCurve<V> curve;

    public ResponseStrips(Shape x, int size, in ResponseCurve<V> curve)
    {
        (channels, plane) = (x[1], x.Product(2, 4));
        strips = (plane + Strip - 1) / Strip;
        pitch = (Math.Min(Strip, plane) + 15) / 16 * 16; // whole vectors of any width
        Count = x[0] * strips;
        (before, after) = (size / 2, (size - 1) / 2);
        this.curve = curve;
    }

    /// <summary>Strips of all images.</summary>
    public int Count { get; }

    /// <summary>Elements of a strip.</summary>
    public int Elements => channels * Math.Min(Strip, plane);

    /// <summary>y of one strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(int strip, float* x, float* y)
    {
        (long start, int pixels) = Find(strip);
        for (int c = 0; c < channels; c++)
        {
            float* from = x + start + (long)c * plane, to = y + start + (long)c * plane;
            (int low, int high) = (Math.Max(-before, -c), Math.Min(after, channels - 1 - c));
            for (int p = 0; p < pixels; p += V.Count)
            {
                V result = curve.Divide(V.Load(from + p), Scale(from + p, low, high));
                if (p <= pixels - V.Count) V.Store(result, to + p);
                else V.Store(result, to + p, pixels - p);
            }
        }
    }

    /// <summary>
    /// dx of strips first .. last - 1. Each takes two passes over its channels: the first keeps 1 / s^beta and
    /// dy * y / s, the second sums the latter over the channels whose window holds this one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(int first, int last, float* x, float* dy, float* dx, bool accumulate)
    {
        nuint bytes = (nuint)channels * (nuint)pitch * sizeof(float);
        float* factors = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        float* terms = (float*)NativeMemory.AlignedAlloc(bytes, 64);
        for (int strip = first; strip < last; strip++)
        {
            (long start, int pixels) = Find(strip);
            for (int c = 0; c < channels; c++)
            {
                float* from = x + start + (long)c * plane, gradient = dy + start + (long)c * plane;
                (int low, int high) = (Math.Max(-before, -c), Math.Min(after, channels - 1 - c));
                for (int p = 0; p < pixels; p += V.Count)
                {
                    V s = Scale(from + p, low, high), product = V.Load(gradient + p) * V.Load(from + p);
                    V power = curve.Power(s);
                    V.Store(power * s, factors + c * pitch + p);
                    V.Store(power * product, terms + c * pitch + p);
                }
            }
            for (int c = 0; c < channels; c++)
            {
                long at = start + (long)c * plane;
                (int low, int high) = (Math.Max(-after, -c), Math.Min(before, channels - 1 - c));
                for (int p = 0; p < pixels; p += V.Count)
                {
                    V sum = default;
                    for (int j = low; j <= high; j++) sum += V.Load(terms + (c + j) * pitch + p);
                    V result = V.MultiplyAdd(V.Create(curve.Slope) * V.Load(x + at + p), sum,
                        V.Load(dy + at + p) * V.Load(factors + c * pitch + p));
                    if (accumulate) result += V.Load(dx + at + p);
                    V.Store(result, dx + at + p, Math.Min(V.Count, pixels - p));
                }
            }
        }
        NativeMemory.AlignedFree(factors);
        NativeMemory.AlignedFree(terms);
    }

    (long Start, int Pixels) Find(int strip)
    {
        (int image, int index) = Math.DivRem(strip, strips);
        return ((long)image * channels * plane + index * Strip, Math.Min(Strip, plane - index * Strip));
    }

    /// <summary>s of the sum of squares over channels low .. high from here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    V Scale(float* x, int low, int high)
    {
        V squares = default;
        for (int j = low; j <= high; j++)
        {
            V v = V.Load(x + (long)j * plane);
            V.AddProduct(ref squares, v, v);
        }
        return curve.Scale(squares);
    }
}
