using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>What an item counts and sums for one anchor, and how the group's items are brought together.</summary>
struct AnchorTally
{
    /// <summary>
    /// Whole numbers that an anchor leaves: hard, semi-hard, active, special, the row if it is not finite.
    /// </summary>
    public const int Counts = 5;

    /// <summary>Numbers that an anchor leaves: the sum of its losses, that sum's error, the largest distance.</summary>
    public const int Sums = 3;

    /// <summary>What stands in the place of a row that is not finite.</summary>
    public const int IsFinite = int.MaxValue;

    /// <summary>Triplets by kind, and those with a loss.</summary>
    public long Hard, SemiHard, Active;

    /// <summary>Pairs that took the fallback; for the hardest choice 1 where there was one.</summary>
    public long Special;

    /// <summary>The sum of losses.</summary>
    public float Sum;

    /// <summary>What rounding took from it.</summary>
    public float Error;

    /// <summary>The farthest negative's distance, -1 without one.</summary>
    public float Farthest;

    /// <summary>Its row, the lowest of equals, -1 without one.</summary>
    public int FarthestRow;

    /// <summary>Nothing counted yet.</summary>
    public static void Start(out AnchorTally tally)
    {
        tally.Hard = 0;
        tally.SemiHard = 0;
        tally.Active = 0;
        tally.Special = 0;
        tally.Sum = 0f;
        tally.Error = 0f;
        tally.Farthest = -1f;
        tally.FarthestRow = -1;
    }

    /// <summary>Counts one of an anchor's rows by its kind, if it is a negative.</summary>
    public static void Count(int k, Negative negative, ref AnchorTally tally)
    {
        if (!(negative.Distance < float.PositiveInfinity)) return;
        tally.Hard += k - negative.Nearer;
        tally.SemiHard += negative.Nearer - Math.Min(negative.Easy, negative.Nearer);
        if (negative.Distance > tally.Farthest)
        {
            tally.Farthest = negative.Distance;
            tally.FarthestRow = negative.Row;
        }
    }

    /// <summary>
    /// Of all items' farthest negatives the farthest, in the first place of each view. Ends with a barrier.
    /// </summary>
    public static void FindFarthest<TShape>(
        float own, int ownRow, ArrayView<float> distances, ArrayView<int> rows) where TShape : struct, IRowShape
    {
        int item = Group.IdxX;
        distances[item] = own;
        rows[item] = ownRow;
        RowBarrier.Wait<TShape>();
        for (int half = TShape.GroupX / 2; half > 0; half /= 2)
        {
            if (item < half)
            {
                float other = distances[item + half];
                int otherRow = rows[item + half];
                if (other > distances[item] || (other == distances[item] && otherRow < rows[item]))
                {
                    distances[item] = other;
                    rows[item] = otherRow;
                }
            }
            RowBarrier.Wait<TShape>();
        }
    }

    /// <summary>Adds up the items' tallies in a tree. Ends with a barrier.</summary>
    public static void Add<TShape>(AnchorTally own, ArrayView<long> itemCounts, ArrayView<float> itemSums)
        where TShape : struct, IRowShape
    {
        int item = Group.IdxX;
        itemCounts[4 * item] = own.Hard;
        itemCounts[4 * item + 1] = own.SemiHard;
        itemCounts[4 * item + 2] = own.Active;
        itemCounts[4 * item + 3] = own.Special;
        itemSums[2 * item] = own.Sum;
        itemSums[2 * item + 1] = own.Error;
        RowBarrier.Wait<TShape>();
        for (int half = TShape.GroupX / 2; half > 0; half /= 2)
        {
            if (item < half)
            {
                for (int i = 0; i < 4; i++)
                    itemCounts[4 * item + i] += itemCounts[4 * (item + half) + i];
                float sum = itemSums[2 * item], error = itemSums[2 * item + 1];
                CompensatedSum.Add(ref sum, ref error, itemSums[2 * (item + half)]);
                itemSums[2 * item] = sum;
                itemSums[2 * item + 1] = error + itemSums[2 * (item + half) + 1];
            }
            RowBarrier.Wait<TShape>();
        }
    }

    /// <summary>Writes what <see cref="Add"/> left as the anchor's. One item.</summary>
    public static void Write(
        int anchor, int nonFinite, float largest, ArrayView<long> itemCounts, ArrayView<float> itemSums,
        ArrayView<long> counts, ArrayView<float> sums)
    {
        for (int i = 0; i < 4; i++)
            counts[Counts * anchor + i] = itemCounts[i];
        counts[Counts * anchor + 4] = nonFinite;
        sums[Sums * anchor] = itemSums[0];
        sums[Sums * anchor + 1] = itemSums[1];
        sums[Sums * anchor + 2] = largest;
    }
}
