using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// Local response norm where maps lie in blocks of channels. What is summed over neighbouring channels goes to a line
/// of all channels for each pixel, with zeros around it: a vector of sums is some loads that begin a channel apart.
/// Some pixels are taken together, so that no vector is read where halves of it were just written.
/// </summary>
readonly unsafe struct ResponsePixels<V> where V : struct, ICpuVector<V>
{
    const int Together = 32;

    readonly ResponseCurve<V> curve;
    readonly int channels, plane, before, after, margin, pitch;

    public ResponsePixels(Shape x, int size, in ResponseCurve<V> curve)
    {
        (channels, plane, this.curve) = (x[1], x.Product(2, 4), curve);
        (before, after) = (size / 2, (size - 1) / 2);
        margin = (size / 2 + V.Count - 1) / V.Count * V.Count;
        pitch = channels + 2 * margin;
        PerImage = (plane + Together - 1) / Together;
    }

    /// <summary>Groups of pixels of an image.</summary>
    public int PerImage { get; }

    /// <summary>Elements of a group.</summary>
    public int Elements => channels * Math.Min(Together, plane);

    /// <summary>y of groups first .. last - 1 of all images.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Forward(int first, int last, float* x, float* y)
    {
        float* squares = Lines(1);
        for (int group = first; group < last; group++)
        {
            (nint start, int pixels) = Find(group);
            Square(x + start, pixels, squares);
            for (int c = 0; c < channels; c += V.Count)
            {
                float* from = x + start + (nint)c * plane, to = y + start + (nint)c * plane;
                float* line = squares + margin + c;
                for (int p = 0; p < pixels; p++, line += pitch)
                {
                    V s = curve.Scale(Sum(line, -before, after));
                    V.Store(curve.Divide(V.Load(from + p * V.Count), s), to + p * V.Count);
                }
            }
        }
        NativeMemory.AlignedFree(squares);
    }

    /// <summary>
    /// dx of groups first .. last - 1 of all images: first dy / s^beta and dy * y / s, then the sums of the latter over
    /// the channels whose window holds this one.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Backward(int first, int last, float* x, float* dy, float* dx, bool accumulate)
    {
        float* squares = Lines(3), terms = squares + Together * pitch, direct = terms + Together * pitch;
        for (int group = first; group < last; group++)
        {
            (nint start, int pixels) = Find(group);
            Square(x + start, pixels, squares);
            for (int c = 0; c < channels; c += V.Count)
            {
                float* from = x + start + (nint)c * plane, gradient = dy + start + (nint)c * plane;
                int at = margin + c;
                for (int p = 0; p < pixels; p++, at += pitch)
                {
                    V s = curve.Scale(Sum(squares + at, -before, after)), power = curve.Power(s);
                    V.Prefetch(gradient + (p + Together) * V.Count);
                    V g = V.Load(gradient + p * V.Count);
                    V.Store(power * s * g, direct + at);
                    V.Store(power * g * V.Load(from + p * V.Count), terms + at);
                }
            }
            for (int c = 0; c < channels; c += V.Count)
            {
                float* from = x + start + (nint)c * plane, to = dx + start + (nint)c * plane;
                int at = margin + c;
                for (int p = 0; p < pixels; p++, at += pitch)
                {
                    V scaled = V.Create(curve.Slope) * V.Load(from + p * V.Count);
                    V result = V.MultiplyAdd(scaled, Sum(terms + at, -after, before), V.Load(direct + at));
                    if (accumulate) result += V.Load(to + p * V.Count);
                    V.Store(result, to + p * V.Count);
                }
            }
        }
        NativeMemory.AlignedFree(squares);
    }

    /// <summary>The group's first pixel in the first block, and how many there are.</summary>
    (nint Start, int Pixels) Find(int group)
    {
        (int image, int index) = Math.DivRem(group, PerImage);
        int pixel = index * Together;
        return ((nint)image * channels * plane + pixel * V.Count, Math.Min(Together, plane - pixel));
    }

    /// <summary>So many sets of lines, of zeros.</summary>
    float* Lines(int sets)
    {
        nuint bytes = (nuint)sets * Together * (nuint)pitch * sizeof(float);
        void* memory = NativeMemory.AlignedAlloc(bytes, 64);
        NativeMemory.Clear(memory, bytes);
        return (float*)memory;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Square(float* x, int pixels, float* squares)
    {
        for (int c = 0; c < channels; c += V.Count, x += (nint)plane * V.Count)
        {
            float* line = squares + margin + c;
            for (int p = 0; p < pixels; p++, line += pitch)
            {
                V.Prefetch(x + (p + Together) * V.Count);
                V v = V.Load(x + p * V.Count);
                V.Store(v * v, line);
            }
        }
    }

    /// <summary>The sum of the vectors that begin at channels low .. high from here.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static V Sum(float* line, int low, int high)
    {
        V sum = default;
        for (int j = low; j <= high; j++) sum += V.Load(line + j);
        return sum;
    }
}
