using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// An anchor's workspace: four rows of slots, one slot a positive and one more. First a sort of the positives between
/// the front rows (0: distances as bits, 1: places among the anchor's positives) and the rear ones (2, 3); then the
/// rear ones hold what is counted for each bucket. Distances are not negative, so their bits are ordered as they are,
/// NaN last.
/// </summary>
static class PositiveSort
{
    const int Run = 64;

    /// <summary>
    /// Sorts K distances from the rear rows into the front ones, equal ones by place. Runs of 64 by counting the
    /// smaller ones; then runs are merged in pairs, each element finding its place by bisection of the other run. O(K
    /// (64 + log^2 K)) by the whole group. Ends with a barrier.
    /// </summary>
    public static void Sort<TShape>(ArrayView<uint> slots, int stride, int k) where TShape : struct, IRowShape
    {
        for (int j = Group.IdxX; j < k; j += TShape.GroupX)
            CountInRun(slots, stride, k, j);
        RowBarrier.Wait<TShape>();
        int from = 0, to = 2 * stride;
        for (int width = Run; width < k; width *= 2)
        {
            for (int j = Group.IdxX; j < k; j += TShape.GroupX)
                Merge(slots, from, to, stride, k, width, j);
            RowBarrier.Wait<TShape>();
            from = to;
            to = 2 * stride - from;
        }
        for (int j = Group.IdxX; j < k && from != 0; j += TShape.GroupX)
        {
            slots[j] = slots[from + j];
            slots[stride + j] = slots[from + stride + j];
        }
        RowBarrier.Wait<TShape>();
    }

    static void CountInRun(ArrayView<uint> slots, int stride, int k, int j)
    {
        int start = j / Run * Run, end = Math.Min(start + Run, k), rank = 0;
        uint key = slots[2 * stride + j];
        for (int i = start; i < end; i++)
        {
            uint other = slots[2 * stride + i];
            rank += other < key || (other == key && i < j) ? 1 : 0;
        }
        slots[start + rank] = key;
        slots[stride + start + rank] = (uint)j;
    }

    static void Merge(ArrayView<uint> slots, int from, int to, int stride, int k, int width, int j)
    {
        int start = j / (2 * width) * (2 * width);
        bool isLeft = j - start < width;
        int own = isLeft ? start : start + width;
        int low = Math.Min(isLeft ? start + width : start, k), high = Math.Min(low + width, k), other = low;
        uint key = slots[from + j];
        while (low < high)
        {
            int middle = (low + high) / 2;
            uint value = slots[from + middle];
            bool isBefore = value < key || (value == key && !isLeft);
            low = isBefore ? middle + 1 : low;
            high = isBefore ? high : middle;
        }
        int place = start + (j - own) + (low - other);
        slots[to + place] = key;
        slots[to + stride + place] = slots[from + stride + j];
    }
}
