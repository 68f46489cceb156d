using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>Sums over the elements of two single rows.</summary>
static unsafe class RowDistance<TVector, V> where TVector : struct, IRowVector<V> where V : struct
{
    /// <summary>The sum of squared differences.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Squared(float* a, float* b, int d)
    {
        V sum = TVector.Broadcast(0);
        int k = 0;
        for (; k <= d - TVector.Count; k += TVector.Count)
        {
            V difference = TVector.Subtract(TVector.Load(a + k), TVector.Load(b + k));
            sum = TVector.MultiplyAdd(difference, difference, sum);
        }
        float total = TVector.Sum(sum);
        for (; k < d; k++) total += (a[k] - b[k]) * (a[k] - b[k]);
        return total;
    }
}
