using ILGPU;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// Brings the values of a group's items together in trees in shared memory; value k of item i lies at k * GroupX + i,
/// and the result at k * GroupX. Begin and end with a barrier.
/// </summary>
static class RowFold
{
    /// <summary>The largest of each of <paramref name="count"/> values.</summary>
    public static void Max<TShape>(ArrayView<float> values, int count) where TShape : struct, IRowShape
    {
        int item = Group.IdxX;
        RowBarrier.Wait<TShape>();
        for (int half = TShape.GroupX / 2; half > 0; half /= 2)
        {
            if (item < half)
                for (int k = 0; k < count; k++)
                {
                    int at = k * TShape.GroupX + item;
                    values[at] = MathF.Max(values[at], values[at + half]);
                }
            RowBarrier.Wait<TShape>();
        }
    }

    /// <summary>The sum of each.</summary>
    public static void Sum<TShape>(ArrayView<float> values, int count) where TShape : struct, IRowShape
    {
        int item = Group.IdxX;
        RowBarrier.Wait<TShape>();
        for (int half = TShape.GroupX / 2; half > 0; half /= 2)
        {
            if (item < half)
                for (int k = 0; k < count; k++)
                {
                    int at = k * TShape.GroupX + item;
                    values[at] += values[at + half];
                }
            RowBarrier.Wait<TShape>();
        }
    }
}
