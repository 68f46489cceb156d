using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// Pooling of small planes, a vector's width of them at once: turned to [pixel][plane], each pixel is a full vector,
/// where rows of 7 or 14 columns would leave half the lanes empty and be loaded from where they were just stored in
/// part. The sums have the order, and so the bits, of a plane pooled alone.
/// </summary>
readonly unsafe ref struct PlaneLanes<V> : IDisposable where V : unmanaged, ITileVector<V>
{
    // What a block of planes and their results take of L2.
    const int MostPixels = 1024;

    readonly int inputs, outputs;
    readonly float* memory, x, y, extra, block;

    /// <param name="d">The pooling.</param>
    public PlaneLanes(PlaneWindow d)
    {
        (inputs, outputs) = (d.H * d.W, d.P * d.Q);
        memory = (float*)NativeMemory.AlignedAlloc(
            (nuint)((inputs + 2 * outputs + V.Count) * V.Count * sizeof(float)), 64);
        x = memory;
        y = x + inputs * V.Count;
        extra = y + outputs * V.Count;
        block = extra + outputs * V.Count;
    }

    /// <summary>Whether planes are pooled in this way.</summary>
    public static bool IsFor(int planes, PlaneWindow d) =>
        planes >= V.Count && (long)d.H * d.W <= MostPixels && (long)d.P * d.Q <= MostPixels;

    /// <summary>Maxima and their places of some planes; arguments as <see cref="IPooling"/>'s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Max(WindowTaps taps, float* from, float* to, float* chosen, int planes)
    {
        TransposedLine.Pack<V>(from, inputs, planes, inputs, x, V.Count);
        int* starts = taps.Starts, pixels = taps.Pixels, places = taps.Places;
        for (int o = 0, i = 0; o < outputs; o++)
        {
            // A window of nothing but minus infinity chooses its first pixel inside the image.
            V max = V.Create(float.NegativeInfinity), place = V.Create(places[i]);
            for (int end = starts[o + 1]; i < end; i++)
            {
                V value = V.Load(x + pixels[i] * V.Count), larger = V.GreaterOrNaN(value, max);
                max = V.Select(larger, value, max);
                place = V.Select(larger, V.Create(places[i]), place);
            }
            V.Store(max, y + o * V.Count);
            V.Store(place, extra + o * V.Count);
        }
        Unpack(y, outputs, to, planes, accumulate: false);
        Unpack(extra, outputs, chosen, planes, accumulate: false);
    }

    /// <summary>Maxima of some planes where nobody asks which pixels they were.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Max(WindowTaps taps, float* from, float* to, int planes)
    {
        TransposedLine.Pack<V>(from, inputs, planes, inputs, x, V.Count);
        int* starts = taps.Starts, pixels = taps.Pixels;
        for (int o = 0, i = 0; o < outputs; o++)
        {
            V max = V.Create(float.NegativeInfinity);
            for (int end = starts[o + 1]; i < end; i++)
            {
                V value = V.Load(x + pixels[i] * V.Count);
                max = V.Select(V.GreaterOrNaN(value, max), value, max);
            }
            V.Store(max, y + o * V.Count);
        }
        Unpack(y, outputs, to, planes, accumulate: false);
    }

    /// <summary>Gradients of some planes from their maxima's places.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void MaxBackward(WindowTaps taps, float* chosen, float* from, float* to, int planes, bool accumulate)
    {
        TransposedLine.Pack<V>(from, outputs, planes, outputs, y, V.Count);
        TransposedLine.Pack<V>(chosen, outputs, planes, outputs, extra, V.Count);
        int* starts = taps.Starts, pixels = taps.Pixels, places = taps.Places;
        for (int o = 0, i = 0; o < inputs; o++)
        {
            V sum = default;
            for (int end = starts[o + 1]; i < end; i++)
            {
                int at = pixels[i] * V.Count;
                sum += V.Select(V.Equal(V.Load(extra + at), V.Create(places[i])), V.Load(y + at), default);
            }
            V.Store(sum, x + o * V.Count);
        }
        Unpack(x, inputs, to, planes, accumulate);
    }

    /// <summary>Roots of sums of squares of some planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void L2(WindowTaps taps, float* from, float* to, int planes)
    {
        TransposedLine.Pack<V>(from, inputs, planes, inputs, x, V.Count);
        int* starts = taps.Starts, pixels = taps.Pixels;
        for (int o = 0, i = 0; o < outputs; o++)
        {
            V sum = default;
            for (int end = starts[o + 1]; i < end; i++)
            {
                V value = V.Load(x + pixels[i] * V.Count);
                V.AddProduct(ref sum, value, value);
            }
            V.Store(V.Sqrt(sum), y + o * V.Count);
        }
        Unpack(y, outputs, to, planes, accumulate: false);
    }

    /// <summary>Gradients of some planes from the roots and theirs.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void L2Backward(
        WindowTaps taps, float* input, float* norm, float* from, float* to, int planes, bool accumulate)
    {
        TransposedLine.Pack<V>(input, inputs, planes, inputs, x, V.Count);
        TransposedLine.Pack<V>(norm, outputs, planes, outputs, y, V.Count);
        TransposedLine.Pack<V>(from, outputs, planes, outputs, extra, V.Count);
        for (int i = 0; i < outputs * V.Count; i += V.Count)
        {
            V root = V.Load(y + i);
            V.Store(V.Select(V.Equal(root, default), default, V.Load(extra + i) / root), y + i);
        }
        int* starts = taps.Starts, pixels = taps.Pixels;
        for (int o = 0, i = 0; o < inputs; o++)
        {
            V sum = default;
            for (int end = starts[o + 1]; i < end; i++) sum += V.Load(y + pixels[i] * V.Count);
            V.Store(sum * V.Load(x + o * V.Count), x + o * V.Count);
        }
        Unpack(x, inputs, to, planes, accumulate);
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);

    /// <summary>Writes a map back, plane by plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Unpack(float* map, int count, float* to, int planes, bool accumulate)
    {
        for (int w = 0; w < count; w += V.Count)
        {
            V.Transpose(map + w * V.Count, V.Count, Math.Min(V.Count, count - w), planes, block, V.Count);
            for (int n = 0; n < planes; n++)
                WindowSums<V>.Put(V.Load(block + n * V.Count), to + n * count + w, count - w, accumulate);
        }
    }
}
