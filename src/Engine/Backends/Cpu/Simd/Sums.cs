using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// Sums of arrays in four vectors of partial sums, so that an addition need not wait for the one before.
/// </summary>
static unsafe class Sums<V> where V : struct, ICpuVector<V>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Sum(float* x, int n)
    {
        V a = default, b = default, c = default, d = default;
        int i = 0;
        for (; i <= n - 4 * V.Count; i += 4 * V.Count)
        {
            a += V.Load(x + i);
            b += V.Load(x + i + V.Count);
            c += V.Load(x + i + 2 * V.Count);
            d += V.Load(x + i + 3 * V.Count);
        }
        for (; i < n; i += V.Count) a += V.Load(x + i) & V.FirstLanes(n - i);
        return V.Sum(a + b + (c + d));
    }
}
