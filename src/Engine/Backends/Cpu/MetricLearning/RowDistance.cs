using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>Sums over the elements of two single rows.</summary>
static unsafe class RowDistance<V> where V : struct, ICpuVector<V>
{
    /// <summary>The sum of squared differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Squared(float* a, float* b, int d)
    {
        V sum = V.Create(0);
        int k = 0;
        for (; k <= d - V.Count; k += V.Count)
        {
            V difference = V.Load(a + k) - V.Load(b + k);
            V.AddProduct(ref sum, difference, difference);
        }
        float total = V.Sum(sum);
        for (; k < d; k++) total += (a[k] - b[k]) * (a[k] - b[k]);
        return total;
    }
}
