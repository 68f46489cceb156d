using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// Triplets by their angle at the negative (Wang et al. 2017, arXiv 1708.01682): its tangent is half of d(a,p) by the
/// distance of n from the middle of a and p. By Apollonius' theorem the square of that distance is (d(a,n)^2 +
/// d(p,n)^2) / 2 - d(a,p)^2 / 4, so that the angle is wider than alpha where d(a,p)^2 &gt; 2 sin^2 alpha (d(a,n)^2 +
/// d(p,n)^2): no function of floats whose last bit is a device's own.
/// </summary>
public static class AngularTriplets
{
    /// <summary>2 sin^2 of an angle in degrees.</summary>
    public static float Factor(float degrees)
    {
        double sine = Math.Sin(degrees * Math.PI / 180);
        return (float)(2 * sine * sine);
    }

    /// <summary>
    /// Counts for each positive, in the last row of slots, the negatives of a wide angle that have a loss with it, and
    /// takes their distances from the loss. What is too far whatever d(p,n) is costs no distance. Ends with a barrier.
    /// </summary>
    internal static void Count<TShape>(
        int anchor, int k, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        MiningDims dims, ArrayView<uint> slots, int stride, ArrayView<float> tileDistances, ref AnchorTally tally)
        where TShape : struct, IRowShape
    {
        int columns = TShape.Columns, own = Group.IdxX * TShape.Columns, end = k > 0 ? dims.N : 0;
        for (int tile = 0; tile < end; tile += TShape.GroupX * TShape.Columns)
        {
            NegativeStream.Share<TShape>(anchor, tile + own, embeddings, packed, classes, dims, tileDistances);
            for (int c = 0; c < columns; c++)
            {
                float negative = tileDistances[own + c];
                for (int j = 0; j < k; j++)
                {
                    float positive = Interop.IntAsFloat(slots[j]);
                    if (!(negative < positive + dims.Margin)) continue;
                    int row = ClassIndex.Positive(classes, dims.N, anchor, (int)slots[stride + j]);
                    bool isWide = IsWide(
                        positive, negative, row, tile + own + c, embeddings, dims.D, dims.IsSquared, dims.Angle);
                    if (!isWide) continue;
                    Atomic.Add(ref slots[3 * stride + j], 1u);
                    tally.Active++;
                    CompensatedSum.Add(ref tally.Sum, ref tally.Error, -negative);
                }
            }
        }
        RowBarrier.Wait<TShape>();
    }

    /// <summary>Whether the triplet of two distances of an anchor, to these rows, has a wide angle.</summary>
    internal static bool IsWide(
        float positive, float negative, int positiveRow, int negativeRow, ArrayView<float> embeddings, int d,
        int isSquared, float angle)
    {
        float across = isSquared != 0 ? positive : positive * positive;
        float near = isSquared != 0 ? negative : negative * negative;
        if (!(across > angle * near)) return false;
        return across > angle * (near + RowDistance.Squared(embeddings, positiveRow, negativeRow, d));
    }
}
