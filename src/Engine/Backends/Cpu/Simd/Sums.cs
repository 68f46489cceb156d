using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// Sums of arrays in four vectors of partial sums, so that an addition need not wait for the one before.
/// </summary>
static unsafe class Sums<V> where V : struct, ICpuVector<V>
{
    /// <summary>The sum of n floats.</summary>
    public static float Sum(float* x, int n) => V.Sum(Lanes(x, n, rows: 1, step: 0, beyond: 0));

    /// <summary>The sums, lane by lane, of the vectors of rows of n floats.</summary>
    /// <param name="x">The first row.</param>
    /// <param name="n">Floats of a row.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="step">From one row to the next, which is asked for meanwhile.</param>
    /// <param name="beyond">From the last row to what is read after it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static V Lanes(float* x, int n, int rows, nint step, nint beyond)
    {
        V a = default, b = default, c = default, d = default;
        for (; rows > 0; rows--, x += step)
        {
            float* next = x + (rows > 1 ? step : beyond);
            int i = 0;
            for (; i <= n - 4 * V.Count; i += 4 * V.Count)
            {
                for (int j = 0; j < 4; j++) V.Prefetch(next + i + j * V.Count);
                a += V.Load(x + i);
                b += V.Load(x + i + V.Count);
                c += V.Load(x + i + 2 * V.Count);
                d += V.Load(x + i + 3 * V.Count);
            }
            for (; i < n; i += V.Count)
            {
                V.Prefetch(next + i);
                a += V.Load(x + i) & V.FirstLanes(n - i);
            }
        }
        return a + b + (c + d);
    }
}
