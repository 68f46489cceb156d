using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// Distances, mining and losses of a batch in one kernel (arXiv 1503.03832, 3.2, and the other rules of the engine).
/// One group an anchor; nothing of size N x N exists. The group
/// <list type="number">
/// <item>computes the distances to the anchor's K positives and sorts them in its workspace,</item>
/// <item>lets all rows stream by in tiles: each item computes its distances and puts the negatives into buckets
/// between the sorted positives, where minima or counts meet by atomics on whole numbers,</item>
/// <item>answers the rule's question from the buckets and writes the anchor's rows of the table.</item>
/// </list>
/// embeddings (N, D); packed: the same in panels (<see cref="RowDistance.ToColumns"/>), or a strip of distances
/// (<see cref="DistanceKernels"/>, <see cref="MiningDims.IsMeasured"/>); classes: <see cref="ClassIndex"/>; triplets
/// Int32 (rows, 3), losses (rows): the engine's table, overwritten; counts (N, 5), sums (N, 3):
/// <see cref="AnchorTally"/>, for <see cref="TripletTotalKernels"/>. An anchor costs 2 N D operations, N log K
/// comparisons, and reads N D floats that lie in a cache: bound by arithmetic on a CPU, by the cache on a GPU.
/// <c>MineNearest</c> is for the rules that ask for nearest negatives, <c>MineEvery</c> for those that take every
/// triplet or a random one; each has a form for anchors whose positives fit into shared memory (a group an anchor), and
/// one, <c>Large</c>, for the others, with a workspace of <c>dims.Stride</c> slots a group in global memory (as many
/// groups as workspaces, each takes anchors that many apart). No barrier stands under a condition: PoCL copies all that
/// follows one, which takes minutes. Deterministic: the only atomics are minima and counts of whole numbers, and floats
/// are summed in a fixed order.
/// </summary>
public static partial class TripletMiningKernels
{
    /// <summary>Slots of a workspace in shared memory: 8 KiB, so that a multiprocessor holds 16 groups.</summary>
    public const int SharedSlots = 512;

    /// <summary>Whole numbers, and floats, that each anchor leaves for <see cref="TripletTotalKernels"/>.</summary>
    public const int AnchorCounts = AnchorTally.Counts, AnchorSums = AnchorTally.Sums;

    /// <summary>Semi-hard, FaceNet's, batch-hard and easy-positive triplets, for anchors with few positives.</summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void MineNearest<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums, MiningDims dims)
        where TShape : struct, IRowShape
    {
        var slots = SharedMemory.Allocate<uint>(4 * SharedSlots);
        var distances = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var itemRows = SharedMemory.Allocate<int>(TShape.GroupX);
        var itemSums = SharedMemory.Allocate<float>(2 * TShape.GroupX);
        var itemCounts = SharedMemory.Allocate<long>(4 * TShape.GroupX);
        int anchor = dims.First + Grid.IdxX;
        Nearest<TShape>(anchor, FewPositives(classes, dims, anchor), embeddings, packed, classes, triplets,
            losses, counts, sums, dims, slots, SharedSlots, distances, itemRows, itemSums, itemCounts);
    }

    /// <summary>The same for the other anchors.</summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void MineNearestLarge<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums, ArrayView<uint> workspaces,
        MiningDims dims) where TShape : struct, IRowShape
    {
        var distances = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var itemRows = SharedMemory.Allocate<int>(TShape.GroupX);
        var itemSums = SharedMemory.Allocate<float>(2 * TShape.GroupX);
        var itemCounts = SharedMemory.Allocate<long>(4 * TShape.GroupX);
        var slots = workspaces.SubView(4 * dims.Stride * Grid.IdxX, 4 * dims.Stride);
        for (int anchor = dims.First + Grid.IdxX; anchor < dims.End; anchor += Grid.DimX)
            Nearest<TShape>(anchor, ManyPositives(classes, dims, anchor), embeddings, packed, classes, triplets,
                losses, counts, sums, dims, slots, dims.Stride, distances, itemRows, itemSums, itemCounts);
    }

    /// <summary>Every triplet of a kind, or a random one for each positive, for anchors with few positives.</summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void MineEvery<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums, MiningDims dims)
        where TShape : struct, IRowShape
    {
        var slots = SharedMemory.Allocate<uint>(4 * SharedSlots);
        var distances = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var itemRows = SharedMemory.Allocate<int>(TShape.GroupX);
        var itemSums = SharedMemory.Allocate<float>(2 * TShape.GroupX);
        var itemCounts = SharedMemory.Allocate<long>(4 * TShape.GroupX);
        int anchor = dims.First + Grid.IdxX;
        Every<TShape>(anchor, FewPositives(classes, dims, anchor), embeddings, packed, classes, triplets,
            losses, counts, sums, dims, slots, SharedSlots, distances, itemRows, itemSums, itemCounts);
    }

    /// <summary>The same for the other anchors.</summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void MineEveryLarge<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums, ArrayView<uint> workspaces,
        MiningDims dims) where TShape : struct, IRowShape
    {
        var distances = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var itemRows = SharedMemory.Allocate<int>(TShape.GroupX);
        var itemSums = SharedMemory.Allocate<float>(2 * TShape.GroupX);
        var itemCounts = SharedMemory.Allocate<long>(4 * TShape.GroupX);
        var slots = workspaces.SubView(4 * dims.Stride * Grid.IdxX, 4 * dims.Stride);
        for (int anchor = dims.First + Grid.IdxX; anchor < dims.End; anchor += Grid.DimX)
            Every<TShape>(anchor, ManyPositives(classes, dims, anchor), embeddings, packed, classes, triplets,
                losses, counts, sums, dims, slots, dims.Stride, distances, itemRows, itemSums, itemCounts);
    }

    /// <summary>An anchor's positives if they fit into shared memory, else -1: there is nothing to do.</summary>
    internal static int FewPositives(ArrayView<int> classes, MiningDims dims, int anchor)
    {
        int k = ClassIndex.Positives(classes, dims.N, anchor);
        return k < dims.Fitting ? k : -1;
    }

    /// <summary>The same for the others.</summary>
    internal static int ManyPositives(ArrayView<int> classes, MiningDims dims, int anchor)
    {
        int k = ClassIndex.Positives(classes, dims.N, anchor);
        return k < dims.Fitting ? -1 : k;
    }

    static void Nearest<TShape>(
        int anchor, int k, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        ArrayView<int> triplets, ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums,
        MiningDims dims, ArrayView<uint> slots, int stride, ArrayView<float> distances, ArrayView<int> itemRows,
        ArrayView<float> itemSums, ArrayView<long> itemCounts) where TShape : struct, IRowShape
    {
        AnchorTally.Start(out AnchorTally tally);
        Positives<TShape>(anchor, embeddings, classes, dims, slots, stride, k);
        NegativeStream.FindNearest<TShape>(anchor, embeddings, packed, classes, dims, slots, stride, k, ref tally);
        AnchorTally.FindFarthest<TShape>(tally.Farthest, tally.FarthestRow, distances, itemRows);
        float farthest = distances[0];
        int farthestRow = itemRows[0];
        RowBarrier.Wait<TShape>();    // what has been read makes room
        TripletChoices.FromNearest<TShape>(anchor, classes, dims, slots, stride, k, farthest, farthestRow, itemRows,
            triplets, losses, ref tally);
        Finish<TShape>(anchor, k, embeddings, dims, slots, farthest, tally, itemCounts, itemSums, counts, sums);
    }

    static void Every<TShape>(
        int anchor, int k, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        ArrayView<int> triplets, ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums,
        MiningDims dims, ArrayView<uint> slots, int stride, ArrayView<float> distances, ArrayView<int> itemRows,
        ArrayView<float> itemSums, ArrayView<long> itemCounts) where TShape : struct, IRowShape
    {
        AnchorTally.Start(out AnchorTally tally);
        Positives<TShape>(anchor, embeddings, classes, dims, slots, stride, k);
        NegativeStream.CountRuns<TShape>(anchor, embeddings, packed, classes, dims, slots, stride, k, ref tally);
        AnchorTally.FindFarthest<TShape>(tally.Farthest, tally.FarthestRow, distances, itemRows);
        float farthest = distances[0];
        RowBarrier.Wait<TShape>();    // what has been read makes room
        TripletChoices.SumRuns<TShape>(slots, stride, k, itemRows);
        AngularTriplets.Count<TShape>(anchor, dims.Rule == MiningRule.Angular ? k : 0, embeddings, packed, classes,
            dims, slots, stride, distances, ref tally);
        if (dims.TakesEvery)
            TripletChoices.Every<TShape>(anchor, classes, dims, slots, stride, k, triplets, losses, ref tally);
        TripletChoices.Random<TShape>(anchor, dims.TakesEvery ? 0 : k, embeddings, packed, classes, dims, slots, stride,
            distances, triplets, losses, ref tally);
        Finish<TShape>(anchor, k, embeddings, dims, slots, farthest, tally, itemCounts, itemSums, counts, sums);
    }

    /// <summary>Distances to the positives, sorted: an item a positive.</summary>
    internal static void Positives<TShape>(
        int anchor, ArrayView<float> embeddings, ArrayView<int> classes, MiningDims dims, ArrayView<uint> slots,
        int stride, int k) where TShape : struct, IRowShape
    {
        for (int j = Group.IdxX; j < k; j += TShape.GroupX)
        {
            int row = ClassIndex.Positive(classes, dims.N, anchor, j);
            float distance = RowDistance.Squared(embeddings, anchor, row, dims.D);
            slots[2 * stride + j] = Interop.FloatAsInt(dims.IsSquared != 0 ? distance : MathF.Sqrt(distance));
        }
        RowBarrier.Wait<TShape>();
        PositiveSort.Sort<TShape>(slots, stride, k);
    }

    /// <summary>What the anchor leaves for the totals, if it was this kernel's.</summary>
    internal static void Finish<TShape>(
        int anchor, int k, ArrayView<float> embeddings, MiningDims dims, ArrayView<uint> slots, float farthest,
        AnchorTally tally, ArrayView<long> itemCounts, ArrayView<float> itemSums, ArrayView<long> counts,
        ArrayView<float> sums) where TShape : struct, IRowShape
    {
        AnchorTally.Add<TShape>(tally, itemCounts, itemSums);
        if (Group.IdxX == 0 && k >= 0)
        {
            float largest = k > 0 ? MathF.Max(Interop.IntAsFloat(slots[Math.Max(k - 1, 0)]), farthest) : 0f;
            // A row that is not finite is not 0 apart from itself.
            bool isFinite = RowDistance.Squared(embeddings, anchor, anchor, dims.D) == 0f;
            AnchorTally.Write(
                anchor, isFinite ? AnchorTally.IsFinite : anchor, largest, itemCounts, itemSums, counts, sums);
        }
        RowBarrier.Wait<TShape>();    // a group with more anchors uses the memory again
    }
}
