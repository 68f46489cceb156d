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

    /// <summary>
    /// For each query the K nearest references, nearest first, equal ones by the lowest index; -1 and infinity where
    /// there are fewer. One group 8 queries: the packed references stream by in tiles, an item computes a column of 8 x
    /// Columns squared distances, and an item a query offers the tile's to the query's list, which lies sorted in the
    /// result. D / 2 bytes and 2 D operations a distance: bound by arithmetic. Overwrites, or goes on; deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TShape))]
    public static void Find<TShape>(
        ArrayView<float> queries, ArrayView<float> packed, ArrayView<int> indices, ArrayView<float> distances,
        NeighbourDims dims) where TShape : struct, IRowShape
    {
        var tileDistances = SharedMemory.Allocate<float>(Queries * TShape.GroupX * TShape.Columns);
        int firstQuery = Grid.IdxX * Queries, width = TShape.GroupX * TShape.Columns;
        int count = Math.Min(Queries, dims.Queries - firstQuery);
        for (int q = Group.IdxX; q < count && dims.First == 0; q += TShape.GroupX)
            for (int i = 0; i < dims.K; i++)
            {
                indices[(firstQuery + q) * dims.K + i] = -1;
                distances[(firstQuery + q) * dims.K + i] = float.PositiveInfinity;
            }
        for (int tile = 0; tile < dims.References; tile += width)
        {
            int first = tile + Group.IdxX * TShape.Columns;
            if (TShape.Columns == 1) MeasureOne<TShape>(queries, packed, firstQuery, first, dims, tileDistances);
            else Measure<TShape>(queries, packed, firstQuery, first, dims, tileDistances);
            RowBarrier.Wait<TShape>();
            for (int q = Group.IdxX; q < count; q += TShape.GroupX)
                Offer<TShape>(firstQuery + q, tile, tileDistances.SubView(q * width, width), indices, distances, dims);
            RowBarrier.Wait<TShape>();    // the next tile goes to the same place
        }
    }

    /// <summary>The distances of an item with one column: each query to it.</summary>
    static void MeasureOne<TShape>(
        ArrayView<float> queries, ArrayView<float> packed, int firstQuery, int reference, NeighbourDims dims,
        ArrayView<float> tileDistances) where TShape : struct, IRowShape
    {
        float none = reference < dims.References ? 0f : float.PositiveInfinity;
        Float4 low = new(none, none, none, none), high = low;
        if (reference < dims.References)
        {
            var panel = packed.SubView(
                reference / PanelTile.Columns * PanelTile.Columns * dims.D + reference % PanelTile.Columns,
                PanelTile.Columns * (dims.D - 1) + 1);
            for (int k = 0; k < dims.D; k++)
            {
                float value = panel[k * PanelTile.Columns];
                low = AddSquares(queries, firstQuery, k, dims, value, low);
                high = AddSquares(queries, firstQuery + Queries / 2, k, dims, value, high);
            }
        }
        Put(tileDistances.SubView(Group.IdxX), TShape.GroupX, low);
        Put(tileDistances.SubView(Queries / 2 * TShape.GroupX + Group.IdxX), TShape.GroupX, high);
    }

    static Float4 AddSquares(
        ArrayView<float> queries, int first, int k, NeighbourDims dims, float value, Float4 sums) =>
        new(RowDistance.AddSquare(queries[Row(first, dims) + k] - value, sums.X),
            RowDistance.AddSquare(queries[Row(first + 1, dims) + k] - value, sums.Y),
            RowDistance.AddSquare(queries[Row(first + 2, dims) + k] - value, sums.Z),
            RowDistance.AddSquare(queries[Row(first + 3, dims) + k] - value, sums.W));

    /// <summary>Where a query begins; the last one in the place of those that do not exist.</summary>
    static int Row(int query, NeighbourDims dims) => Math.Min(query, dims.Queries - 1) * dims.D;

    static void Put(ArrayView<float> to, int step, Float4 distances)
    {
        to[0] = distances.X;
        to[step] = distances.Y;
        to[2 * step] = distances.Z;
        to[3 * step] = distances.W;
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

    /// <summary>Puts those of a tile that are nearer than the last of a query's list into the list.</summary>
    static void Offer<TShape>(
        int query, int tile, ArrayView<float> x, ArrayView<int> indices, ArrayView<float> distances, NeighbourDims dims)
        where TShape : struct, IRowShape
    {
        int start = query * dims.K, last = dims.K - 1;
        float worst = distances[start + last];
        int own = dims.Self < 0 ? -1 : dims.Self + query - dims.First, nearer = 0;
        for (int i = 0; i < TShape.GroupX * TShape.Columns; i++)
            nearer += x[i] < worst ? 1 : 0;
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
