using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// Sums of arrays in four vectors of partial sums, so that an addition need not wait for the one before.
/// </summary>
static unsafe class Sums<V> where V : struct, ICpuVector<V>
{
    /// <summary>The sum of n floats.</summary>
    public static float Sum(float* x, int n) => Sum(x, n, rows: 1, step: 0);

    /// <summary>The sum of rows of n floats, <paramref name="step"/> apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* x, int n, int rows, nint step)
    {
        V a = default, b = default, c = default, d = default;
        for (; rows > 0; rows--, x += step)
        {
            int i = 0;
            for (; i <= n - 4 * V.Count; i += 4 * V.Count)
            {
                a += V.Load(x + i);
                b += V.Load(x + i + V.Count);
                c += V.Load(x + i + 2 * V.Count);
                d += V.Load(x + i + 3 * V.Count);
            }
            for (; i < n; i += V.Count) a += V.Load(x + i) & V.FirstLanes(n - i);
        }
        return V.Sum(a + b + (c + d));
    }
}
