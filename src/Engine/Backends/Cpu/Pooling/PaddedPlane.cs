using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// A thread's copy of one input plane with its padding, small enough for L2. Columns are sorted by their remainder of
/// the stride, so that neighbouring windows read neighbouring floats.
/// </summary>
readonly unsafe ref struct PaddedPlane<V> : IDisposable where V : struct, ICpuVector<V>
{
    readonly PlaneWindow d;
    readonly int pitch, phase;
    readonly float* memory;
    readonly int[] offsets;

    /// <param name="d">The pooling.</param>
    /// <param name="padding">What the padding holds.</param>
    public PaddedPlane(PlaneWindow d, float padding)
    {
        this.d = d;
        int rows = Math.Max(d.Top + d.H, (d.P - 1) * d.StrideH + d.R);
        int columns = Math.Max(d.Left + d.W, (d.Q - 1) * d.StrideW + d.S);
        phase = (columns + d.StrideW - 1) / d.StrideW;
        pitch = phase * d.StrideW;
        memory = PlaneView.Allocate((long)rows * pitch, padding);
        offsets = new int[d.R * d.S];
        for (int t = 0; t < offsets.Length; t++)
        {
            (int r, int s) = Math.DivRem(t, d.S);
            offsets[t] = r * pitch + s % d.StrideW * phase + s / d.StrideW;
        }
    }

    /// <summary>The windows' taps.</summary>
    public PlaneView View => new(memory, d.StrideH * pitch, offsets);

    /// <summary>Copies a plane in; the padding around it stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Fill(float* plane)
    {
        for (int remainder = 0; remainder < d.StrideW; remainder++)
        {
            // The padded columns of this remainder that lie in the image: first, first + stride, ...
            int first = d.Left + Remainder(remainder - d.Left, d.StrideW);
            if (first >= d.Left + d.W) continue;
            int count = (d.Left + d.W - 1 - first) / d.StrideW + 1;
            float* from = plane + first - d.Left;
            float* to = memory + d.Top * pitch + remainder * phase + first / d.StrideW;
            for (int h = 0; h < d.H; h++) Copy(from + h * d.W, to + h * pitch, count);
        }
    }

    public void Dispose() => NativeMemory.AlignedFree(memory);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Copy(float* from, float* to, int count)
    {
        int i = 0;
        if (d.StrideW == 1)
        {
            for (; i <= count - V.Count; i += V.Count) V.Store(V.Load(from + i), to + i);
            if (i < count) V.Store(V.Load(from + i), to + i, count - i);
        }
        else if (d.StrideW == 2)
        {
            for (; i <= count - V.Count; i += V.Count) V.Store(V.LoadEven(from + 2 * i), to + i);
            if (i < count) V.Store(V.LoadEven(from + 2 * i), to + i, count - i);
        }
        else
        {
            for (; i < count; i++) to[i] = from[(long)i * d.StrideW];
        }
    }

    static int Remainder(int a, int b) => (a % b + b) % b;
}
