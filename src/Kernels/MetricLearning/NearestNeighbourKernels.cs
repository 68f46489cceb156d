using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>Queries, references and what is asked.</summary>
/// <param name="Queries">Rows that ask.</param>
/// <param name="References">Rows that answer.</param>
/// <param name="D">Elements of a row.</param>
/// <param name="K">Neighbours a query.</param>
/// <param name="Self">Query i is reference Self + i and not its own neighbour; -1: the sets are different.</param>
/// <param name="First">
/// The first reference's number. Above 0 the lists hold what those before it have given, and are gone on with.
/// </param>
public readonly record struct NeighbourDims(int Queries, int References, int D, int K, int Self, int First);

/// <summary>The nearest rows of a set, exactly.</summary>
public static partial class NearestNeighbourKernels
{
    /// <summary>Queries a group answers: each packed reference that it reads serves all of them.</summary>
    public const int Queries = 8;

    // Elements of the queries that a group stages at a time.
    const int Staged = 64;

    /// <summary>
    /// For each query the K nearest references, nearest first, equal ones by the lowest index; -1 and infinity where
    /// there are fewer. One group 8 queries: the packed references stream by in tiles, an item computes a column of 8 x
    /// Columns squared distances, and an item a query offers the tile's to the query's list, which lies sorted in the
    /// result; where none is nearer than the last of the list, it looks at none. D / 2 bytes and 2 D operations a
    /// distance: bound by arithmetic. Overwrites, or goes on; deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void Find<TShape>(
        ArrayView<float> queries, ArrayView<float> packed, ArrayView<int> indices, ArrayView<float> distances,
        NeighbourDims dims) where TShape : struct, IRowShape
    {
        var tileDistances = SharedMemory.Allocate<float>(Queries * TShape.GroupX * TShape.Columns);
        var staged = SharedMemory.Allocate<Float4>(Staged * Queries / 4);
        var worst = SharedMemory.Allocate<float>(Queries);
        var nearer = SharedMemory.Allocate<uint>(Queries);
        int firstQuery = Grid.IdxX * Queries, width = TShape.GroupX * TShape.Columns;
        int count = Math.Min(Queries, dims.Queries - firstQuery);
        for (int q = Group.IdxX; q < count && dims.First == 0; q += TShape.GroupX)
            for (int i = 0; i < dims.K; i++)
            {
                indices[(firstQuery + q) * dims.K + i] = -1;
                distances[(firstQuery + q) * dims.K + i] = float.PositiveInfinity;
            }
        for (int q = Group.IdxX; q < Queries; q += TShape.GroupX)
        {
            worst[q] = Last(distances, firstQuery, q, dims);
            nearer[q] = 0u;
        }
        RowBarrier.Wait<TShape>();
        for (int tile = 0; tile < dims.References; tile += width)
        {
            int first = tile + Group.IdxX * TShape.Columns;
            if (TShape.Columns == 1)
                MeasureOne<TShape>(queries, packed, firstQuery, first, dims, staged, worst, nearer, tileDistances);
            else Measure<TShape>(queries, packed, firstQuery, first, dims, tileDistances);
            RowBarrier.Wait<TShape>();
            for (int q = Group.IdxX; q < count; q += TShape.GroupX)
            {
                var x = tileDistances.SubView(q * width, width);
                int candidates = TShape.Columns == 1 ? (int)nearer[q] : CountNearer<TShape>(x, worst[q]);
                Offer<TShape>(firstQuery + q, tile, x, candidates, indices, distances, dims);
                worst[q] = Last(distances, firstQuery, q, dims);
                nearer[q] = 0u;
            }
            RowBarrier.Wait<TShape>();    // the next tile goes to the same place
        }
    }

    /// <summary>The distance that a query's next neighbour must be below; there is no such query: none is.</summary>
    static float Last(ArrayView<float> distances, int firstQuery, int q, NeighbourDims dims)
    {
        float last = float.NegativeInfinity;
        if (firstQuery + q < dims.Queries) last = distances[(firstQuery + q) * dims.K + dims.K - 1];
        return last;
    }

    /// <summary>
    /// The distances of an item with one column: each query to it, and to how many queries it is nearer than their last
    /// neighbour. The queries' elements lie in shared memory, eight at a depth: three loads for eight distances.
    /// </summary>
    static void MeasureOne<TShape>(
        ArrayView<float> queries, ArrayView<float> packed, int firstQuery, int reference, NeighbourDims dims,
        ArrayView<Float4> staged, ArrayView<float> worst, ArrayView<uint> nearer, ArrayView<float> tileDistances)
        where TShape : struct, IRowShape
    {
        int own = Math.Min(reference, dims.References - 1);
        var panel = packed.SubView(
            own / PanelTile.Columns * PanelTile.Columns * dims.D + own % PanelTile.Columns,
            PanelTile.Columns * (dims.D - 1) + 1);
        float none = reference < dims.References ? 0f : float.PositiveInfinity;
        Float4 low = new(none, none, none, none), high = low;
        for (int from = 0; from < dims.D; from += Staged)
        {
            int depths = Math.Min(Staged, dims.D - from);
            for (int i = Group.IdxX; i < 2 * depths; i += TShape.GroupX)
                staged[i] = QueriesAt(queries, firstQuery + i % 2 * (Queries / 2), from + i / 2, dims);
            RowBarrier.Wait<TShape>();
            for (int k = 0; k < depths; k++)
            {
                float value = panel[(from + k) * PanelTile.Columns];
                low = Float4.AddSquares(value, staged[2 * k], low);
                high = Float4.AddSquares(value, staged[2 * k + 1], high);
            }
            RowBarrier.Wait<TShape>();    // the next elements go to the same place
        }
        Put<TShape>(0, low, worst, nearer, tileDistances);
        Put<TShape>(Queries / 2, high, worst, nearer, tileDistances);
    }

    /// <summary>An element of four queries.</summary>
    static Float4 QueriesAt(ArrayView<float> queries, int first, int k, NeighbourDims dims) =>
        new(queries[Row(first, dims) + k], queries[Row(first + 1, dims) + k], queries[Row(first + 2, dims) + k],
            queries[Row(first + 3, dims) + k]);

    /// <summary>Where a query begins; the last one in the place of those that do not exist.</summary>
    static int Row(int query, NeighbourDims dims) => Math.Min(query, dims.Queries - 1) * dims.D;

    static void Put<TShape>(
        int query, Float4 distances, ArrayView<float> worst, ArrayView<uint> nearer, ArrayView<float> tileDistances)
        where TShape : struct, IRowShape
    {
        PutOne<TShape>(query, distances.X, worst, nearer, tileDistances);
        PutOne<TShape>(query + 1, distances.Y, worst, nearer, tileDistances);
        PutOne<TShape>(query + 2, distances.Z, worst, nearer, tileDistances);
        PutOne<TShape>(query + 3, distances.W, worst, nearer, tileDistances);
    }

    static void PutOne<TShape>(
        int query, float distance, ArrayView<float> worst, ArrayView<uint> nearer, ArrayView<float> tileDistances)
        where TShape : struct, IRowShape
    {
        tileDistances[query * TShape.GroupX + Group.IdxX] = distance;
        if (distance < worst[query]) Atomic.Add(ref nearer[query], 1u);
    }

    /// <summary>The same for several columns.</summary>
    static void Measure<TShape>(
        ArrayView<float> queries, ArrayView<float> packed, int firstQuery, int first, NeighbourDims dims,
        ArrayView<float> tileDistances) where TShape : struct, IRowShape
    {
        var sums = LocalMemory.Allocate<float>(Queries * TShape.Columns);
        for (int i = 0; i < Queries * TShape.Columns; i++)
            sums[i] = 0f;
        if (first < dims.References)
        {
            var panel = packed.SubView(
                first / PanelTile.Columns * PanelTile.Columns * dims.D + first % PanelTile.Columns,
                PanelTile.Columns * (dims.D - 1) + TShape.Columns);
            for (int k = 0; k < dims.D; k++)
                for (int q = 0; q < Queries; q++)
                {
                    float value = queries[Row(firstQuery + q, dims) + k];
                    for (int c = 0; c < TShape.Columns; c++)
                    {
                        float difference = value - panel[k * PanelTile.Columns + c];
                        sums[q * TShape.Columns + c] =
                            Fused.MultiplyAdd(difference, difference, sums[q * TShape.Columns + c]);
                    }
                }
        }
        int at = Group.IdxX * TShape.Columns;
        for (int q = 0; q < Queries; q++)
            for (int c = 0; c < TShape.Columns; c++)
                tileDistances[q * TShape.GroupX * TShape.Columns + at + c] =
                    first + c < dims.References ? sums[q * TShape.Columns + c] : float.PositiveInfinity;
    }

    /// <summary>How many of a tile are nearer than the last of a query's list.</summary>
    static int CountNearer<TShape>(ArrayView<float> x, float worst) where TShape : struct, IRowShape
    {
        int nearer = 0;
        for (int i = 0; i < TShape.GroupX * TShape.Columns; i++)
            nearer += x[i] < worst ? 1 : 0;
        return nearer;
    }

    /// <summary>
    /// Puts those of a tile that are nearer than the last of a query's list, so many of them, into the list.
    /// </summary>
    static void Offer<TShape>(
        int query, int tile, ArrayView<float> x, int nearer, ArrayView<int> indices, ArrayView<float> distances,
        NeighbourDims dims) where TShape : struct, IRowShape
    {
        int start = query * dims.K, last = dims.K - 1;
        float worst = distances[start + last];
        int own = dims.Self < 0 ? -1 : dims.Self + query - dims.First;
        for (int i = 0; i < TShape.GroupX * TShape.Columns && nearer > 0; i++)
        {
            if (!(x[i] < worst)) continue;
            nearer--;
            if (tile + i == own || !(x[i] < distances[start + last])) continue;
            // After the last one that is not farther: rows come in ascending order.
            int place = last;
            while (place > 0 && distances[start + Math.Max(place - 1, 0)] > x[i])
            {
                distances[start + place] = distances[start + place - 1];
                indices[start + place] = indices[start + place - 1];
                place--;
            }
            distances[start + place] = x[i];
            indices[start + place] = dims.First + tile + i;
        }
    }
}
