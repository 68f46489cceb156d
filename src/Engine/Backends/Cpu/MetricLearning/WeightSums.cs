using System.Runtime.CompilerServices;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>The weights of an anchor's negatives, summed up so that one can be drawn.</summary>
/// <param name="sums">N sums: of the rows up to each.</param>
/// <param name="n">Rows.</param>
readonly unsafe struct WeightSums(ulong* sums, int n)
{
    /// <summary>Sums the weights of the rows up to each, by their distances.</summary>
    /// <returns>The sum of all.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public ulong Fill(float* distances, int dimension, bool isSquared, float most)
    {
        ulong sum = 0;
        for (int i = 0; i < n; i++)
        {
            float x = distances[i];
            sums[i] = sum += DistanceWeight.Of(isSquared ? x : x * x, dimension, most);
        }
        return sum;
    }

    /// <summary>The first row up to which the weights' sum is above a number.</summary>
    public int Select(ulong number)
    {
        int low = 0, high = n - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sums[middle] > number) high = middle;
            else low = middle + 1;
        }
        return low;
    }
}
