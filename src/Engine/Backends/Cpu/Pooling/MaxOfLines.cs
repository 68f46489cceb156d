using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>
/// Maxima over windows where nobody asks which pixel it was: first along each line, then of those down each window, so
/// that a window of R x S takes R + S loads instead of R S. Of equals the first in the window wins, as with taps.
/// </summary>
static unsafe class MaxOfLines<V> where V : struct, ICpuVector<V>
{
    /// <summary>Scratch memory of <see cref="Run"/>.</summary>
    public static long Floats(PlaneWindow d) => (long)Lines(d) * Pitch(d);

    /// <summary>y of a plane that is padded with minus infinity.</summary>
    /// <param name="x">The padded plane.</param>
    /// <param name="d">The pooling.</param>
    /// <param name="lines">Scratch memory.</param>
    /// <param name="y">The maxima.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(PlaneView x, PlaneWindow d, float* lines, float* y)
    {
        int pitch = Pitch(d), step = x.RowStep / d.StrideH, count = Lines(d);
        ReadOnlySpan<int> columns = x.Offsets[..d.S];
        for (int h = 0; h < count; h++)
        {
            float* line = x.Start + h * step, to = lines + h * pitch;
            for (int q = 0; q < d.Q; q += V.Count)
            {
                V max = V.Load(line + q + columns[0]);
                for (int s = 1; s < columns.Length; s++) max = Largest<V>.Of(V.Load(line + q + columns[s]), max);
                V.Store(max, to + q);
            }
        }
        for (int p = 0; p < d.P; p++)
        {
            float* top = lines + p * d.StrideH * pitch, to = y + p * d.Q;
            for (int q = 0; q < d.Q; q += V.Count)
            {
                V max = V.Load(top + q);
                for (int r = 1; r < d.R; r++) max = Largest<V>.Of(V.Load(top + r * pitch + q), max);
                V.Store(max, to + q, d.Q - q);
            }
        }
    }

    static int Lines(PlaneWindow d) => (d.P - 1) * d.StrideH + d.R;

    static int Pitch(PlaneWindow d) => (d.Q + V.Count - 1) / V.Count * V.Count;
}
