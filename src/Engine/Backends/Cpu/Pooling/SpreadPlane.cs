using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// A thread's copy of one output plane, spread out by the stride with zeros between and around. A pixel of the input
/// then gathers from its windows as a stride-1 window does: nothing is scattered, so no sum depends on an order.
/// </summary>
readonly unsafe ref struct SpreadPlane<V> : IDisposable where V : struct, ICpuVector<V>
{
    readonly PlaneWindow d;
    readonly int pitch;
    readonly float* memory, row;
    readonly int[] offsets;

    public SpreadPlane(PlaneWindow d)
    {
        this.d = d;
        pitch = d.W + d.S - 1;
        memory = PlaneView.Allocate((long)(d.H + d.R - 1) * pitch, 0);
        row = PlaneView.Allocate(d.Q, 0);
        offsets = new int[d.R * d.S];
        // Tap (r, s) of a pixel is the window that has the pixel at its place (r, s).
        for (int t = 0; t < offsets.Length; t++)
        {
            (int r, int s) = Math.DivRem(t, d.S);
            offsets[t] = (d.R - 1 - r) * pitch + d.S - 1 - s;
        }
    }

    /// <summary>The taps of each input pixel.</summary>
    public PlaneView View => new(memory, pitch, offsets);

    /// <summary>Room to compute a row of the output in.</summary>
    public float* Row => row;

    /// <summary>Spreads row p of an output plane.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void SetRow(int p, float* from)
    {
        float* to = memory + (p * d.StrideH + d.R - 1 - d.Top) * pitch + d.S - 1 - d.Left;
        int q = 0;
        if (d.StrideW == 1)
        {
            for (; q <= d.Q - V.Count; q += V.Count) V.Store(V.Load(from + q), to + q);
            if (q < d.Q) V.Store(V.Load(from + q), to + q, d.Q - q);
        }
        else
        {
            for (; q < d.Q; q++) to[q * d.StrideW] = from[q];
        }
    }

    public void Dispose()
    {
        NativeMemory.AlignedFree(memory);
        NativeMemory.AlignedFree(row);
    }
}
