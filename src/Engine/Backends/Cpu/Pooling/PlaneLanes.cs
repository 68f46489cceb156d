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

    readonly PlaneWindow d;
    readonly int inputs, outputs;
    readonly float* memory, x, y, extra, block;

    /// <param name="d">The pooling.</param>
    public PlaneLanes(PlaneWindow d)
    {
        this.d = d;
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
    public void Max(float* from, float* to, float* chosen, int planes)
    {
        TransposedLine.Pack<V>(from, inputs, planes, inputs, x, V.Count);
        PixelWindows<V>.Max(x, y, extra, d);
        Unpack(y, outputs, to, planes, accumulate: false);
        Unpack(extra, outputs, chosen, planes, accumulate: false);
    }

    /// <summary>What becomes of the windows of some planes.</summary>
    public void Reduce<TSum>(TSum sum, float* from, float* to, int planes) where TSum : struct, IWindowSum<V>
    {
        TransposedLine.Pack<V>(from, inputs, planes, inputs, x, V.Count);
        PixelWindows<V>.Reduce(sum, x, y, d);
        Unpack(y, outputs, to, planes, accumulate: false);
    }

    /// <summary>Gradients of some planes from their maxima's places.</summary>
    public void MaxBackward(float* chosen, float* from, float* to, int planes, bool accumulate)
    {
        TransposedLine.Pack<V>(from, outputs, planes, outputs, y, V.Count);
        TransposedLine.Pack<V>(chosen, outputs, planes, outputs, extra, V.Count);
        PixelWindows<V>.Gather(new OfMaxima<V>(extra, y), x, d, accumulate: false);
        Unpack(x, inputs, to, planes, accumulate);
    }

    /// <summary>Gradients of some planes from the roots and theirs.</summary>
    public void L2Backward(float* input, float* norm, float* from, float* to, int planes, bool accumulate)
    {
        TransposedLine.Pack<V>(input, inputs, planes, inputs, x, V.Count);
        TransposedLine.Pack<V>(norm, outputs, planes, outputs, y, V.Count);
        TransposedLine.Pack<V>(from, outputs, planes, outputs, extra, V.Count);
        PixelWindows<V>.Quotients(extra, y, y, outputs);
        PixelWindows<V>.Gather(new OfShares<V>(y, x), x, d, accumulate: false);
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
