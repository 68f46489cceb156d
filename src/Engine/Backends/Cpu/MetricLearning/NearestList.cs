using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>The K nearest so far, ascending; of equal distances the one that came first stands first.</summary>
/// <param name="distances">K distances, infinite where nothing has come yet.</param>
/// <param name="rows">The rows that they belong to, -1 there.</param>
/// <param name="k">The list's length.</param>
readonly unsafe struct NearestList<V>(float* distances, int* rows, int k) where V : struct, IDistanceVector<V>
{
    /// <summary>The distance that a row has to be below to come in.</summary>
    public float Worst => distances[k - 1];

    /// <summary>Empties <paramref name="count"/> lists that lie one after the other.</summary>
    public static void Clear(float* distances, int* rows, long count, int k)
    {
        for (; count > 0; count--, distances += k, rows += k)
        {
            new Span<float>(distances, k).Fill(float.PositiveInfinity);
            new Span<int>(rows, k).Fill(-1);
        }
    }

    /// <summary>
    /// Offers distances to rows <paramref name="firstRow"/> and on, all but one to <paramref name="except"/>.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(float* x, int count, int firstRow, int except)
    {
        V worst = V.Create(Worst);
        for (int i = 0; i < count; i += V.Count)
        {
            uint bits = V.GreaterBits(worst, V.Load(x + i));
            if (bits == 0) continue;
            for (; bits != 0; bits &= bits - 1)
            {
                int j = i + System.Numerics.BitOperations.TrailingZeroCount(bits);
                if (j < count && firstRow + j != except && x[j] < Worst) Insert(x[j], firstRow + j);
            }
            worst = V.Create(Worst);
        }
    }

    void Insert(float distance, int row)
    {
        // After the last one that is not farther: rows come in ascending order.
        int low = 0, high = k - 1;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (distances[middle] <= distance) low = middle + 1;
            else high = middle;
        }
        int moved = k - 1 - low;
        new Span<float>(distances + low, moved).CopyTo(new Span<float>(distances + low + 1, moved));
        new Span<int>(rows + low, moved).CopyTo(new Span<int>(rows + low + 1, moved));
        (distances[low], rows[low]) = (distance, row);
    }
}
