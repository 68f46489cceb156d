using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// For each row of a batch the active triplets in which it is the positive or the negative, in the table's order: a
/// counting sort by blocks of the table, without atomics. <see cref="Visit"/> counts, <see cref="AddBlocks"/> and <see
/// cref="ScanKernels"/> sum, <see cref="PlaceBlocks"/> turns counts into places, <see cref="Visit"/> once more fills.
/// counters (blocks, N): how often a block names a row, then where its next mention goes; starts (N + 1); entries:
/// numbers of triplets, those of row i at starts[i] and on.
/// </summary>
public static partial class TripletIndexKernels
{
    /// <summary>
    /// Counts the rows that a block's active triplets name, or fills the index. One group a block, which it walks
    /// through in steps of an item a triplet; equal rows within a step find their order by comparing in shared memory.
    /// 16 bytes a triplet, 4 GroupX comparisons.
    /// </summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void Visit<TShape>(
        ArrayView<int> triplets, ArrayView<float> losses, ArrayView<int> counters, ArrayView<int> entries,
        TripletIndexDims dims, int fill) where TShape : struct, IRowShape
    {
        var named = SharedMemory.Allocate<int>(2 * TShape.GroupX);
        int item = Group.IdxX;
        int from = Grid.IdxX * dims.Each, to = Math.Min(from + dims.Each, dims.Count);
        var own = counters.SubView(Grid.IdxX * dims.N, dims.N);
        if (fill == 0)
            for (int row = item; row < dims.N; row += TShape.GroupX)
                own[row] = 0;
        RowBarrier.Wait<TShape>();
        for (int step = from; step < to; step += TShape.GroupX)
        {
            int t = Math.Min(step + item, dims.Count - 1);
            bool isActive = step + item < to && losses[t] > 0f;
            named[2 * item] = isActive ? triplets[3 * t + 1] : -1;
            named[2 * item + 1] = isActive ? triplets[3 * t + 2] : -1;
            RowBarrier.Wait<TShape>();
            int lastPositive = Mention<TShape>(named, 2 * item, t, own, entries, fill);
            int lastNegative = Mention<TShape>(named, 2 * item + 1, t, own, entries, fill);
            RowBarrier.Wait<TShape>();    // all have read the counters
            if (lastPositive >= 0) own[named[2 * item]] = lastPositive + 1;
            if (lastNegative >= 0) own[named[2 * item + 1]] = lastNegative + 1;
            RowBarrier.Wait<TShape>();
        }
    }

    /// <summary>sum[row] = how often all blocks name the row. Parallel over rows, 4 bytes a block.</summary>
    [Kernel]
    public static void AddBlocks(Index1D row, ArrayView<int> counters, ArrayView<int> starts, TripletIndexDims dims)
    {
        int sum = 0;
        for (int block = 0; block < dims.Blocks; block++)
            sum += counters[block * dims.N + row];
        starts[row] = sum;
    }

    /// <summary>Counts become the places where each block's mentions begin. Parallel over rows.</summary>
    [Kernel]
    public static void PlaceBlocks(Index1D row, ArrayView<int> counters, ArrayView<int> starts, TripletIndexDims dims)
    {
        int place = starts[row];
        for (int block = 0; block < dims.Blocks; block++)
        {
            int count = counters[block * dims.N + row];
            counters[block * dims.N + row] = place;
            place += count;
        }
    }

    /// <summary>The place of one mention; -1 if the step names the same row later, or names none.</summary>
    static int Mention<TShape>(
        ArrayView<int> named, int mention, int triplet, ArrayView<int> own, ArrayView<int> entries, int fill)
        where TShape : struct, IRowShape
    {
        int row = named[mention];
        if (row < 0) return -1;
        int place = own[row];
        bool isLast = true;
        for (int other = 0; other < 2 * TShape.GroupX; other++)
        {
            place += other < mention && named[other] == row ? 1 : 0;
            isLast = isLast && (other <= mention || named[other] != row);
        }
        if (fill != 0) entries[place] = triplet;
        return isLast ? place : -1;
    }
}
