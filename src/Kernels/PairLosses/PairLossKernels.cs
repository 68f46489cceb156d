using ILGPU;
using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// Losses on pairs from strips of similarities, which a matrix product has written: some rows against all columns, so
/// that memory grows with the columns alone. Generic over the loss.
/// </summary>
public static partial class PairLossKernels
{
    const int Values = 6, Items = 128;

    /// <summary>
    /// Each row's sums, loss and derivatives (<see cref="PairRow"/>). One group a row of the strip: an item takes
    /// every GroupX-th column in each of two or three passes, and trees in shared memory bring them together. 8 bytes
    /// (12 with three passes) and about two exponentials a pair: bound by memory. Fixed order, no atomics.
    /// </summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void Measure<TLoss, TShape>(
        ArrayView<float> similarities, ArrayView<int> rowLabels, ArrayView<int> columnLabels, ArrayView<float> rows,
        TLoss loss, PairDims dims) where TLoss : struct, IPairLoss where TShape : struct, IRowShape
    {
        var shared = SharedMemory.Allocate<float>(Values * TShape.GroupX);
        int item = Group.IdxX, line = Grid.IdxX, i = dims.FirstRow + line, g = TShape.GroupX;
        int label = rowLabels[i];
        PairRow.Start(out PairRow row);
        for (int j = item; j < dims.Columns; j += g)
            PairRow.Extend(
                loss, Kind(i, j, label, columnLabels, dims), Similarity(similarities, line, j, dims), ref row);
        shared[item] = -row.Least;
        shared[g + item] = row.Most;
        shared[2 * g + item] = row.TopPositive;
        shared[3 * g + item] = row.TopNegative;
        RowFold.Max<TShape>(shared, 4);
        row.Least = -shared[0];
        row.Most = shared[g];
        row.TopPositive = shared[2 * g];
        row.TopNegative = shared[3 * g];
        RowBarrier.Wait<TShape>();    // everybody has read them: the sums go to the same place

        for (int j = item; j < dims.Columns; j += g)
            PairRow.Add(loss, Kind(i, j, label, columnLabels, dims), Similarity(similarities, line, j, dims), ref row);
        shared[item] = row.Positives;
        shared[g + item] = row.Negatives;
        shared[2 * g + item] = row.PositiveSum;
        shared[3 * g + item] = row.NegativeSum;
        shared[4 * g + item] = row.Linear;
        shared[5 * g + item] = row.Poison;
        RowFold.Sum<TShape>(shared, 6);
        row.Positives = shared[0];
        row.Negatives = shared[g];
        row.PositiveSum = shared[2 * g];
        row.NegativeSum = shared[3 * g];
        row.Linear = shared[4 * g];
        row.Poison = shared[5 * g];
        PairRow.Close<TLoss>(ref row);
        RowBarrier.Wait<TShape>();

        if (TLoss.ComparesEachPositive)
        {
            for (int j = item; j < dims.Columns; j += g)
                PairRow.Compare(
                    loss, Kind(i, j, label, columnLabels, dims), Similarity(similarities, line, j, dims), ref row);
            shared[item] = row.Losses;
            shared[g + item] = row.Shares;
            RowFold.Sum<TShape>(shared, 2);
            row.Losses = shared[0];
            row.Shares = shared[g];
        }
        if (item == 0)
        {
            PairRow.Conclude(loss, row, out PairValue value);
            PairRow.Store(rows, i, row, value);
        }
    }

    /// <summary>
    /// loss = sum First / sum FirstCount + sum Second / sum SecondCount, each 0 where nothing counts; totals = these
    /// counts. One group altogether: an item takes every 128-th row, then a tree. Sums are compensated.
    /// </summary>
    [Kernel(Items)]
    public static void Total(ArrayView<float> rows, ArrayView<float> totals, ArrayView<float> loss, int count)
    {
        var sums = SharedMemory.Allocate<float>(4 * Items);
        var errors = SharedMemory.Allocate<float>(4 * Items);
        int item = Group.IdxX;
        for (int k = 0; k < 4; k++)
        {
            float sum = 0f, error = 0f;
            for (int row = item; row < count; row += Items)
                CompensatedSum.Add(ref sum, ref error, rows[row * PairRow.Length + PairRow.First + k]);
            sums[4 * item + k] = sum;
            errors[4 * item + k] = error;
        }
        Group.Barrier();
        for (int half = Items / 2; half > 0; half /= 2)
        {
            if (item < half)
                for (int k = 0; k < 4; k++)
                {
                    int at = 4 * item + k, other = 4 * (item + half) + k;
                    float sum = sums[at], error = errors[at] + errors[other];
                    CompensatedSum.Add(ref sum, ref error, sums[other]);
                    sums[at] = sum;
                    errors[at] = error;
                }
            Group.Barrier();
        }
        if (item == 0)
        {
            for (int k = 0; k < 4; k++)
                sums[k] += errors[k];
            totals[0] = sums[1];
            totals[1] = sums[3];
            loss[0] = Part(sums[0], sums[1]) + Part(sums[2], sums[3]);
        }
    }

    /// <summary>
    /// Puts dL/ds in the place of each s; of a column's sub-centers only the nearest gets it. Parallel over the strip's
    /// pairs; 8 bytes and up to two exponentials each.
    /// </summary>
    [Kernel]
    public static void Slope<TLoss>(
        Index1D at, ArrayView<float> similarities, ArrayView<int> rowLabels, ArrayView<int> columnLabels,
        ArrayView<float> rows, ArrayView<float> totals, ArrayView<float> dy, TLoss loss, PairDims dims)
        where TLoss : struct, IPairLoss
    {
        int line = at / dims.Columns, j = at - line * dims.Columns, i = dims.FirstRow + line;
        float first = totals[0] > 0f ? dy[0] / totals[0] : 0f, second = totals[1] > 0f ? dy[0] / totals[1] : 0f;
        PairRow.Load(rows, i, out PairRow row, out PairValue value);
        float s = Similarity(similarities, line, j, dims);
        int kind = Kind(i, j, rowLabels[i], columnLabels, dims);
        float slope = PairRow.SlopeOf(loss, kind, s, row, value, first, second);
        int start = line * dims.Width + j * dims.SubCenters, nearest = Nearest(similarities, start, dims);
        for (int c = 0; c < dims.SubCenters; c++)
            similarities[start + c] = start + c == nearest ? slope : 0f;
    }

    /// <summary>1: a positive; -1: a negative; 0: the row itself.</summary>
    static int Kind(int i, int j, int label, ArrayView<int> columnLabels, PairDims dims) =>
        dims.Self >= 0 && j == dims.Self + i ? 0 : columnLabels[j] == label ? 1 : -1;

    static float Similarity(ArrayView<float> similarities, int line, int j, PairDims dims) =>
        similarities[Nearest(similarities, line * dims.Width + j * dims.SubCenters, dims)];

    /// <summary>The place of the largest of a column's similarities.</summary>
    static int Nearest(ArrayView<float> similarities, int start, PairDims dims)
    {
        int nearest = start;
        for (int c = 1; c < dims.SubCenters; c++)
            if (similarities[start + c] > similarities[nearest]) nearest = start + c;
        return nearest;
    }

    static float Part(float sum, float count) => count > 0f ? sum / count : sum - sum;
}
