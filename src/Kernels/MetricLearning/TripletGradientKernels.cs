using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// dE_i = dy / divisor * sum_j w_ij * 2 (e_i - e_j), for the L2 distance with 1 / d_ij in the place of 2 (0 where d_ij
/// = 0); w_ij: in how many active triplets i and j are the pair, less those in which they are the anchor and its
/// negative. One group a row (Grid.IdxX) and a part of its elements (Grid.IdxY): each row gathers its own sum in a
/// fixed order, no atomics. The group lists neighbours and their weights in shared memory, an item a neighbour, then
/// adds them up, an item some elements. Differences, not (sum w) e_i - sum w e_j, which would cancel. Overwrites dx or
/// adds. 4 D bytes and 3 D operations a neighbour: bound by memory.
/// </summary>
public static partial class TripletGradientKernels
{
    const int Batch = 128;

    /// <summary>Groups along Y for rows of D elements.</summary>
    public static int Parts<TShape>(int d) where TShape : struct, IRowShape
    {
        int each = TShape.GroupX * TShape.Elements;
        return (d + each - 1) / each;
    }

    /// <summary>
    /// Triplets that stand in the table. Row i is the anchor of neighbouring ones, found by bisection, and named by
    /// those that the index (<see cref="TripletIndexKernels"/>) lists. Where there is none a row looks through all: in
    /// a small table that is less than to build one. The order of a sum is the same.
    /// </summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void Listed<TShape>(
        ArrayView<float> embeddings, ArrayView<int> triplets, ArrayView<float> losses, ArrayView<int> starts,
        ArrayView<int> entries, ArrayView<int> statistics, ArrayView<float> dy, ArrayView<float> dx,
        TripletGradientDims dims) where TShape : struct, IRowShape
    {
        var neighbours = SharedMemory.Allocate<int>(Batch);
        var weights = SharedMemory.Allocate<float>(Batch);
        var sums = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Elements);
        int row = Grid.IdxX;
        for (int e = 0; e < TShape.Elements; e++)
            sums[e * TShape.GroupX + Group.IdxX] = 0f;
        int first = FirstOfAnchor(triplets, dims.Count, row), end = FirstOfAnchor(triplets, dims.Count, row + 1);
        bool isIndexed = dims.IsIndexed != 0;
        int asAnchor = 2 * (end - first), start = isIndexed ? starts[row] : 0;
        int all = asAnchor + (isIndexed ? starts[row + 1] - start : dims.Count);
        for (int batch = 0; batch < all; batch += Batch)
        {
            int count = Math.Min(Batch, all - batch);
            for (int s = Group.IdxX; s < count; s += TShape.GroupX)
            {
                int at = batch + s, neighbour, sign;
                if (at < asAnchor)
                {
                    int t = first + at / 2;
                    neighbour = losses[t] > 0f ? triplets[3 * t + 1 + at % 2] : -1;
                    sign = at % 2 == 0 ? 1 : -1;
                }
                else
                {
                    int place = start + at - asAnchor, t = isIndexed ? entries[place] : place;
                    bool isPositive = triplets[3 * t + 1] == row, isNegative = triplets[3 * t + 2] == row;
                    neighbour = losses[t] > 0f && (isPositive || isNegative) ? triplets[3 * t] : -1;
                    sign = isPositive ? 1 : -1;
                }
                neighbours[s] = Math.Max(neighbour, 0);
                weights[s] = neighbour < 0 ? 0f : Weight(embeddings, row, neighbour, sign, dims);
            }
            RowBarrier.Wait<TShape>();
            AddNeighbours<TShape>(embeddings, row, dims.D, neighbours, weights, count, sums);
            RowBarrier.Wait<TShape>();    // the next batch goes to the same place
        }
        Write<TShape>(row, sums, statistics, dy, dx, dims);
    }

    /// <summary>
    /// Every triplet of a kind. Row i computes its distances to the packed rows once more; the weight of a row of its
    /// class is the number of the two pairs' active triplets, that of another row the number of i's and of its own
    /// positives' distances that form an active triplet with the distance between the two: K comparisons each.
    /// </summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void Every<TShape>(
        ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes, ArrayView<int> triplets,
        ArrayView<float> losses, ArrayView<int> statistics, ArrayView<float> dy, ArrayView<float> dx,
        TripletGradientDims dims) where TShape : struct, IRowShape
    {
        var neighbours = SharedMemory.Allocate<int>(TShape.GroupX * TShape.Columns);
        var weights = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Columns);
        var sums = SharedMemory.Allocate<float>(TShape.GroupX * TShape.Elements);
        int row = Grid.IdxX, width = TShape.GroupX * TShape.Columns;
        for (int e = 0; e < TShape.Elements; e++)
            sums[e * TShape.GroupX + Group.IdxX] = 0f;
        for (int tile = 0; tile < dims.N; tile += width)
        {
            int own = Group.IdxX * TShape.Columns;
            if (TShape.Columns == 1)
            {
                float squared = RowDistance.ToPacked(embeddings, row, packed, tile + own, dims.N, dims.D);
                weights[own] = PairWeight(row, tile + own, squared, embeddings, classes, triplets, losses, dims);
                neighbours[own] = Math.Min(tile + own, dims.N - 1);
            }
            else
                ListColumns<TShape>(
                    row, tile, embeddings, packed, classes, triplets, losses, neighbours, weights, dims);
            RowBarrier.Wait<TShape>();
            AddNeighbours<TShape>(embeddings, row, dims.D, neighbours, weights, width, sums);
            RowBarrier.Wait<TShape>();    // the next tile goes to the same place
        }
        Write<TShape>(row, sums, statistics, dy, dx, dims);
    }

    /// <summary>Lists the neighbours of an item with several columns, and their weights.</summary>
    static void ListColumns<TShape>(
        int row, int tile, ArrayView<float> embeddings, ArrayView<float> packed, ArrayView<int> classes,
        ArrayView<int> triplets, ArrayView<float> losses, ArrayView<int> neighbours, ArrayView<float> weights,
        TripletGradientDims dims) where TShape : struct, IRowShape
    {
        var x = LocalMemory.Allocate<float>(TShape.Columns);
        int own = Group.IdxX * TShape.Columns, columns = TShape.Columns;
        RowDistance.ToColumns<TShape>(embeddings, row, packed, tile + own, dims.N, dims.D, x);
        for (int c = 0; c < columns; c++)
        {
            int other = tile + own + c;
            weights[own + c] = PairWeight(row, other, x[c], embeddings, classes, triplets, losses, dims);
            neighbours[own + c] = Math.Min(other, dims.N - 1);
        }
    }

    /// <summary>The first row of the table that has this anchor or a later one.</summary>
    static int FirstOfAnchor(ArrayView<int> triplets, int count, int anchor)
    {
        int low = 0, high = count;
        while (low < high)
        {
            int middle = low + (high - low) / 2;
            bool isBefore = triplets[3 * middle] < anchor;
            low = isBefore ? middle + 1 : low;
            high = isBefore ? high : middle;
        }
        return low;
    }

    static float Weight(ArrayView<float> embeddings, int row, int neighbour, int sign, TripletGradientDims dims)
    {
        if (dims.IsSquared != 0) return sign;
        float squared = RowDistance.SquaredInLanes(embeddings, row, neighbour, dims.D);
        return squared > 0f ? sign / MathF.Sqrt(squared) : 0f;
    }

    /// <summary>The weight of a row at this squared distance.</summary>
    static float PairWeight(
        int row, int other, float squared, ArrayView<float> embeddings, ArrayView<int> classes,
        ArrayView<int> triplets, ArrayView<float> losses, TripletGradientDims dims)
    {
        float distance = dims.IsSquared != 0 ? squared : MathF.Sqrt(squared);
        int weight = 0;
        if (other < dims.N)
            weight = ActiveTriplets(row, other, distance, embeddings, classes, triplets, losses, dims);
        return dims.IsSquared != 0 ? weight : distance > 0f ? weight / distance : 0f;
    }

    static int ActiveTriplets(
        int row, int other, float distance, ArrayView<float> embeddings, ArrayView<int> classes,
        ArrayView<int> triplets, ArrayView<float> losses, TripletGradientDims dims)
    {
        if (row == other) return 0;
        if (ClassIndex.ClassOf(classes, row) == ClassIndex.ClassOf(classes, other))
            return triplets[3 * ClassIndex.Pair(classes, dims.N, row, other) + 2]
                + triplets[3 * ClassIndex.Pair(classes, dims.N, other, row) + 2];
        if (dims.Rule == MiningRule.Angular)
            return -WidePositives(row, other, distance, embeddings, classes, losses, dims)
                - WidePositives(other, row, distance, embeddings, classes, losses, dims);
        return -ActivePositives(row, distance, classes, losses, dims)
            - ActivePositives(other, distance, classes, losses, dims);
    }

    /// <summary>How many of an anchor's positives form an active triplet with a negative at this distance.</summary>
    static int ActivePositives(
        int anchor, float negative, ArrayView<int> classes, ArrayView<float> distances, TripletGradientDims dims)
    {
        int first = ClassIndex.FirstPair(classes, dims.N, anchor);
        int end = ClassIndex.FirstPair(classes, dims.N, anchor + 1);
        int isEither = dims.Rule == MiningRule.BatchAll ? 1 : 0;
        int wanted = dims.Rule == MiningRule.AllSemihard ? 1 : 0;
        int count = 0;
        for (int pair = first; pair < end; pair++)
        {
            float positive = distances[pair];
            int isActive = negative < positive + dims.Margin ? 1 : 0, isSemiHard = positive < negative ? 1 : 0;
            count += isActive & (isEither | (isSemiHard == wanted ? 1 : 0));
        }
        return count;
    }

    /// <summary>The same for the triplets of a wide angle.</summary>
    static int WidePositives(
        int anchor, int other, float negative, ArrayView<float> embeddings, ArrayView<int> classes,
        ArrayView<float> distances, TripletGradientDims dims)
    {
        int first = ClassIndex.FirstPair(classes, dims.N, anchor);
        int k = ClassIndex.FirstPair(classes, dims.N, anchor + 1) - first, count = 0;
        for (int place = 0; place < k; place++)
        {
            float positive = distances[first + place];
            if (!(negative < positive + dims.Margin)) continue;
            int row = ClassIndex.Positive(classes, dims.N, anchor, place);
            if (AngularTriplets.IsWide(
                positive, negative, row, other, embeddings, dims.D, dims.IsSquared, dims.Angle)) count++;
        }
        return count;
    }

    /// <summary>Adds w (e_row - e_neighbour) for each of the list to an item's elements.</summary>
    static void AddNeighbours<TShape>(
        ArrayView<float> embeddings, int row, int d, ArrayView<int> neighbours, ArrayView<float> weights, int count,
        ArrayView<float> sums) where TShape : struct, IRowShape
    {
        if (TShape.Elements == 2) AddToTwo<TShape>(embeddings, row, d, neighbours, weights, count, sums);
        else AddToMany<TShape>(embeddings, row, d, neighbours, weights, count, sums);
    }

    /// <summary>Two elements, in registers.</summary>
    static void AddToTwo<TShape>(
        ArrayView<float> embeddings, int row, int d, ArrayView<int> neighbours, ArrayView<float> weights, int count,
        ArrayView<float> sums) where TShape : struct, IRowShape
    {
        int item = Group.IdxX, k = Grid.IdxY * TShape.GroupX * TShape.Elements + item, next = k + TShape.GroupX;
        float first = sums[item], second = sums[TShape.GroupX + item];
        var own = embeddings.SubView(row * d, d);
        for (int s = 0; s < count; s++)
        {
            float weight = weights[s];
            if (weight == 0f) continue;
            var other = embeddings.SubView(neighbours[s] * d, d);
            if (k < d) first = Fused.MultiplyAdd(weight, own[k] - other[k], first);
            if (next < d) second = Fused.MultiplyAdd(weight, own[next] - other[next], second);
        }
        sums[item] = first;
        sums[TShape.GroupX + item] = second;
    }

    /// <summary>Many elements, in what the device's compiler turns into vectors.</summary>
    static void AddToMany<TShape>(
        ArrayView<float> embeddings, int row, int d, ArrayView<int> neighbours, ArrayView<float> weights, int count,
        ArrayView<float> sums) where TShape : struct, IRowShape
    {
        var own = embeddings.SubView(row * d, d);
        var totals = LocalMemory.Allocate<float>(TShape.Elements);
        int each = TShape.GroupX * TShape.Elements, firstElement = Grid.IdxY * each + Group.IdxX;
        int elements = TShape.Elements;
        bool isWhole = (Grid.IdxY + 1) * each <= d;
        for (int e = 0; e < TShape.Elements; e++)
            totals[e] = sums[e * TShape.GroupX + Group.IdxX];
        for (int s = 0; s < count; s++)
        {
            float weight = weights[s];
            if (weight == 0f) continue;
            var other = embeddings.SubView(neighbours[s] * d, d);
            if (isWhole)
                for (int e = 0; e < TShape.Elements; e++)
                {
                    int k = firstElement + e * TShape.GroupX;
                    totals[e] = Fused.MultiplyAdd(weight, own[k] - other[k], totals[e]);
                }
            else
                for (int e = 0; e < elements; e++)
                {
                    int k = firstElement + e * TShape.GroupX;
                    if (k < d) totals[e] = Fused.MultiplyAdd(weight, own[k] - other[k], totals[e]);
                }
        }
        for (int e = 0; e < TShape.Elements; e++)
            sums[e * TShape.GroupX + Group.IdxX] = totals[e];
    }

    static void Write<TShape>(
        int row, ArrayView<float> sums, ArrayView<int> statistics, ArrayView<float> dy, ArrayView<float> dx,
        TripletGradientDims dims) where TShape : struct, IRowShape
    {
        long divisor = statistics.Cast<long>()[6];
        float scale = divisor > 0 ? dy[0] / divisor : 0f;
        if (dims.IsSquared != 0) scale *= 2f;
        int firstElement = Grid.IdxY * TShape.GroupX * TShape.Elements + Group.IdxX;
        for (int e = 0; e < TShape.Elements; e++)
        {
            int k = firstElement + e * TShape.GroupX;
            if (k < dims.D)
            {
                int at = row * dims.D + k;
                float gradient = scale * sums[e * TShape.GroupX + Group.IdxX];
                dx[at] = dims.Accumulate != 0 ? dx[at] + gradient : gradient;
            }
        }
    }
}
