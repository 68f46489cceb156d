using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// From what single anchors left to the loss and the counts of the batch; and triplets that are given.
/// </summary>
public static partial class TripletTotalKernels
{
    const int Items = 128, Totals = 6;

    /// <summary>
    /// Distances, losses and tallies of triplets (i, m + i, 2 m + i), m = N / 3. Parallel over triplets, 12 D bytes and
    /// 6 D operations each: bound by memory. Overwrites.
    /// </summary>
    [Kernel]
    public static void Given(
        Index1D index, ArrayView<float> embeddings, ArrayView<int> triplets, ArrayView<float> losses,
        ArrayView<long> counts, ArrayView<float> sums, MiningDims dims)
    {
        int i = dims.First + index, m = dims.N / 3;
        float positive = RowDistance.Squared(embeddings, i, m + i, dims.D);
        float negative = RowDistance.Squared(embeddings, i, 2 * m + i, dims.D);
        long row = AnchorTally.IsFinite;
        for (int branch = 2; branch >= 0; branch--)
            if (!(RowDistance.Squared(embeddings, branch * m + i, branch * m + i, dims.D) == 0f))
                row = branch * m + i;
        if (dims.IsSquared == 0)
        {
            positive = MathF.Sqrt(positive);
            negative = MathF.Sqrt(negative);
        }
        float shifted = positive + dims.Margin, loss = MathF.Max(0f, shifted - negative);
        triplets[3 * i] = i;
        triplets[3 * i + 1] = m + i;
        triplets[3 * i + 2] = 2 * m + i;
        losses[i] = loss;
        bool isHard = negative <= positive;
        counts[AnchorTally.Counts * i] = isHard ? 1 : 0;
        counts[AnchorTally.Counts * i + 1] = !isHard && negative < shifted ? 1 : 0;
        counts[AnchorTally.Counts * i + 2] = loss > 0f ? 1 : 0;
        counts[AnchorTally.Counts * i + 3] = 0;
        counts[AnchorTally.Counts * i + 4] = row;
        sums[AnchorTally.Sums * i] = loss;
        sums[AnchorTally.Sums * i + 1] = 0f;
        sums[AnchorTally.Sums * i + 2] = MathF.Max(positive, negative);
    }

    /// <summary>
    /// The loss and the encoded statistics (seven 64-bit counts, the row that is not finite, the largest distance). One
    /// group altogether: an item takes every 128-th anchor, then a tree in shared memory; 60 bytes an anchor. Sums are
    /// compensated, in a fixed order. classes is not read where triplets are given.
    /// </summary>
    [Kernel(Items)]
    public static void Total(
        ArrayView<int> classes, ArrayView<long> counts, ArrayView<float> sums, ArrayView<int> statistics,
        ArrayView<float> loss, MiningDims dims)
    {
        var itemCounts = SharedMemory.Allocate<long>(Totals * Items);
        var itemSums = SharedMemory.Allocate<float>(3 * Items);
        var itemRows = SharedMemory.Allocate<int>(Items);
        int item = Group.IdxX;
        bool isGiven = dims.Rule == MiningRule.Explicit;
        for (int i = 0; i < Totals; i++)
            itemCounts[Totals * item + i] = 0;
        float sum = 0f, error = 0f, largest = 0f;
        long nonFinite = AnchorTally.IsFinite;
        for (int row = dims.First + item; row < dims.End; row += Items)
        {
            for (int i = 0; i < 4; i++)
                itemCounts[Totals * item + i] += counts[AnchorTally.Counts * row + i];
            long pairs = isGiven ? 1 : ClassIndex.Positives(classes, dims.N, row);
            itemCounts[Totals * item + 4] += pairs;
            itemCounts[Totals * item + 5] += isGiven ? 1 : pairs * (dims.N - 1 - pairs);
            nonFinite = Math.Min(nonFinite, counts[AnchorTally.Counts * row + 4]);
            CompensatedSum.Add(ref sum, ref error, sums[AnchorTally.Sums * row]);
            error += sums[AnchorTally.Sums * row + 1];
            largest = MathF.Max(largest, sums[AnchorTally.Sums * row + 2]);
        }
        itemRows[item] = (int)nonFinite;
        itemSums[3 * item] = sum;
        itemSums[3 * item + 1] = error;
        itemSums[3 * item + 2] = largest;
        Group.Barrier();
        for (int half = Items / 2; half > 0; half /= 2)
        {
            if (item < half)
            {
                int other = item + half;
                for (int i = 0; i < Totals; i++)
                    itemCounts[Totals * item + i] += itemCounts[Totals * other + i];
                itemRows[item] = Math.Min(itemRows[item], itemRows[other]);
                CompensatedSum.Add(ref sum, ref error, itemSums[3 * other]);
                error += itemSums[3 * other + 1];
                itemSums[3 * item] = sum;
                itemSums[3 * item + 1] = error;
                itemSums[3 * item + 2] = MathF.Max(itemSums[3 * item + 2], itemSums[3 * other + 2]);
            }
            Group.Barrier();
        }
        if (item == 0)
            Finish(itemCounts, itemSums, itemRows, statistics, loss, dims);
    }

    static void Finish(
        ArrayView<long> totals, ArrayView<float> sums, ArrayView<int> rows, ArrayView<int> statistics,
        ArrayView<float> loss, MiningDims dims)
    {
        long hard = totals[0], semiHard = totals[1], active = totals[2], special = totals[3], pairs = totals[4];
        bool isOneAnAnchor = dims.TakesOneAnAnchor, isFinite = rows[0] == AnchorTally.IsFinite;
        long divisor = pairs;
        if (isOneAnAnchor) divisor = special;
        else if (dims.TakesEvery) divisor = totals[5];
        if (dims.Reduction == TripletReduction.Active) divisor = active;
        else if (dims.Reduction == TripletReduction.Sum) divisor = 1;
        var encoded = statistics.Cast<long>();
        encoded[0] = pairs;
        encoded[1] = active;
        encoded[2] = hard;
        encoded[3] = semiHard;
        encoded[4] = totals[5] - hard - semiHard;
        encoded[5] = isOneAnAnchor ? 0 : special;
        encoded[6] = divisor;
        statistics[14] = isFinite ? -1 : rows[0];
        statistics[15] = unchecked((int)Interop.FloatAsInt(sums[2]));
        float value = divisor > 0 ? CompensatedSum.Divide(sums[0], sums[1], divisor) : 0f;
        loss[0] = isFinite ? value : float.NaN;
    }
}
