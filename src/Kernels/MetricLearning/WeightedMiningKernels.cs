using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// <see cref="TripletMiningKernels"/> for the rule that draws negatives by their distance. A group first sorts the
/// negatives into buckets, which gives the nearest and the counts; then the negatives stream by twice more, for the sum
/// of the weights and for the draws (<see cref="WeightedNegatives"/>). An anchor costs 6 N D operations, 2 N weights
/// and N K comparisons: bound by arithmetic on a CPU, by the cache on a GPU. The same arguments, and the same two forms
/// for few positives and for many.
/// </summary>
public static partial class WeightedMiningKernels
{
    /// <summary>Triplets for anchors with few positives.</summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void MineWeighted<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums, MiningDims dims)
        where TShape : struct, IRowShape
    {
        var slots = SharedMemory.Allocate<uint>(4 * TripletMiningKernels.SharedSlots);
        var distances = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var weights = SharedMemory.Allocate<uint>(TShape.GroupX * TShape.Columns);
        var itemRows = SharedMemory.Allocate<int>(TShape.GroupX);
        var itemSums = SharedMemory.Allocate<float>(2 * TShape.GroupX);
        var itemCounts = SharedMemory.Allocate<long>(4 * TShape.GroupX);
        int anchor = dims.First + Grid.IdxX;
        Weighted<TShape>(anchor, TripletMiningKernels.FewPositives(classes, dims, anchor), embeddings, packed, classes,
            triplets, losses, counts, sums, dims, slots, TripletMiningKernels.SharedSlots, distances, weights, itemRows,
            itemSums, itemCounts);
    }

    /// <summary>The same for the other anchors.</summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void MineWeightedLarge<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums, ArrayView<uint> workspaces,
        MiningDims dims) where TShape : struct, IRowShape
    {
        var distances = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var weights = SharedMemory.Allocate<uint>(TShape.GroupX * TShape.Columns);
        var itemRows = SharedMemory.Allocate<int>(TShape.GroupX);
        var itemSums = SharedMemory.Allocate<float>(2 * TShape.GroupX);
        var itemCounts = SharedMemory.Allocate<long>(4 * TShape.GroupX);
        var slots = workspaces.SubView(4 * dims.Stride * Grid.IdxX, 4 * dims.Stride);
        for (int anchor = dims.First + Grid.IdxX; anchor < dims.End; anchor += Grid.DimX)
            Weighted<TShape>(anchor, TripletMiningKernels.ManyPositives(classes, dims, anchor), embeddings, packed,
                classes, triplets, losses, counts, sums, dims, slots, dims.Stride, distances, weights, itemRows,
                itemSums, itemCounts);
    }

    static void Weighted<TShape>(
        int anchor, int k, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        ArrayView<int> triplets, ArrayView<float> losses, ArrayView<long> counts, ArrayView<float> sums,
        MiningDims dims, ArrayView<uint> slots, int stride, ArrayView<float> distances, ArrayView<uint> weights,
        ArrayView<int> itemRows, ArrayView<float> itemSums, ArrayView<long> itemCounts)
        where TShape : struct, IRowShape
    {
        AnchorTally.Start(out AnchorTally tally);
        TripletMiningKernels.Positives<TShape>(anchor, embeddings, classes, dims, slots, stride, k);
        NegativeStream.FindNearest<TShape>(anchor, embeddings, packed, classes, dims, slots, stride, k, ref tally);
        AnchorTally.FindFarthest<TShape>(tally.Farthest, tally.FarthestRow, distances, itemRows);
        float farthest = distances[0];
        RowBarrier.Wait<TShape>();    // what has been read makes room
        float most = WeightedNegatives.Most<TShape>(slots, stride, k, dims, itemRows);
        long total = WeightedNegatives.Sum<TShape>(
            anchor, k, most, embeddings, packed, classes, dims, distances, itemCounts);
        WeightedNegatives.Draw<TShape>(anchor, k, most, total, embeddings, packed, classes, dims, slots, stride,
            distances, weights, triplets, losses, ref tally);
        TripletMiningKernels.Finish<TShape>(
            anchor, k, embeddings, dims, slots, farthest, tally, itemCounts, itemSums, counts, sums);
    }
}
