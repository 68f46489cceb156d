using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// Squared L2 distances of many rows, for the batches that a GPU mines in two launches: a group that mines one anchor
/// reads all N rows for it, N^2 D floats in all, where a tile of 64 rows reads them for 64.
/// </summary>
public static partial class DistanceKernels
{
    /// <summary>Rows, and columns, of distances that a group computes.</summary>
    public const int Side = 64;

    /// <summary>Items of a group: 8 x 8, each with 8 x 8 distances.</summary>
    public const int Items = 64;

    // Elements of a row staged at a time; of each operand an item stages two quads.
    const int Depth = 8;

    // The tile's rows at one depth, in quads; so many lie in a panel.
    const int Quads = Side / 4, PanelQuads = PanelTile.Columns / 4;

    /// <summary>
    /// distances (strip's rows, dims.Width) = the squared distances of rows dims.First and on to all rows, in whole
    /// tiles: what lies beyond the last row is of the last panel, and nobody's. One group a tile (Grid.IdxX along the
    /// columns), one item an eighth of its rows by an eighth of its columns, in registers. packed: the rows in panels
    /// (<see cref="RowDistance.ToPacked"/>). Each distance is one chain of fused multiply-adds in the order of the
    /// elements, the same bits as elsewhere. 2 D operations a distance, D / 8 bytes; bound by arithmetic.
    /// </summary>
    [Kernel(Items)]
    public static void Measure(ArrayView<float> packed, ArrayView<float> distances, StripDims dims)
    {
        var rows = SharedMemory.Allocate<Float4>(Depth * Quads);
        var columns = SharedMemory.Allocate<Float4>(Depth * Quads);
        int item = Group.IdxX, x = item % PanelQuads, y = item / PanelQuads;
        int quad = item % Quads, depth = item / Quads;
        var panels = packed.Cast<Float4>();
        int fromRows = Start(dims.First / Side + Grid.IdxY, quad, dims), fromColumns = Start(Grid.IdxX, quad, dims);
        var ownRows = rows.SubView(y);
        var ownColumns = columns.SubView(x);
        TileSums sums;
        TileSums.Clear(out sums);
        for (int k = 0; k < dims.D; k += Depth)
        {
            rows[item] = Read(panels, fromRows, k + depth, dims.D);
            rows[Items + item] = Read(panels, fromRows, k + depth + Depth / 2, dims.D);
            columns[item] = Read(panels, fromColumns, k + depth, dims.D);
            columns[Items + item] = Read(panels, fromColumns, k + depth + Depth / 2, dims.D);
            Group.Barrier();
            AddStage(ownRows, ownColumns, ref sums);
            Group.Barrier();    // the next step goes to the same place
        }
        var to = distances.Cast<Float4>();
        int width = dims.Width / 4, at = (Grid.IdxY * Side + 4 * y) * width + Grid.IdxX * Quads + x;
        Write(to, at, width, ref sums.First);
        Write(to, at + PanelQuads, width, ref sums.Right);
        Write(to, at + Side / 2 * width, width, ref sums.Below);
        Write(to, at + Side / 2 * width + PanelQuads, width, ref sums.Last);
    }

    /// <summary>All depths of a stage in their order. Eight calls and no loop: ILGPU unrolls none.</summary>
    static void AddStage(ArrayView<Float4> rows, ArrayView<Float4> columns, ref TileSums sums)
    {
        AddDepth(rows, columns, 0, ref sums);
        AddDepth(rows, columns, 1, ref sums);
        AddDepth(rows, columns, 2, ref sums);
        AddDepth(rows, columns, 3, ref sums);
        AddDepth(rows, columns, 4, ref sums);
        AddDepth(rows, columns, 5, ref sums);
        AddDepth(rows, columns, 6, ref sums);
        AddDepth(rows, columns, 7, ref sums);
    }

    /// <summary>
    /// Four loads of 16 bytes for 64 distances: a warp's items read four places of rows, and eight neighbours of
    /// columns, in all banks.
    /// </summary>
    static void AddDepth(ArrayView<Float4> rows, ArrayView<Float4> columns, int depth, ref TileSums sums)
    {
        Float4 above = rows[depth * Quads], under = rows[depth * Quads + PanelQuads];
        Float4 left = columns[depth * Quads], beside = columns[depth * Quads + PanelQuads];
        Quad.AddSquares(above, left, ref sums.First);
        Quad.AddSquares(above, beside, ref sums.Right);
        Quad.AddSquares(under, left, ref sums.Below);
        Quad.AddSquares(under, beside, ref sums.Last);
    }

    /// <summary>Where a quad of a tile's rows begins in the panels.</summary>
    static int Start(int tile, int quad, StripDims dims)
    {
        int panel = Math.Min(tile * (Side / PanelTile.Columns) + quad / PanelQuads, (dims.N - 1) / PanelTile.Columns);
        return panel * dims.D * PanelQuads + quad % PanelQuads;
    }

    /// <summary>Four rows' elements; 0 beyond the last, which adds nothing.</summary>
    static Float4 Read(ArrayView<Float4> panels, int start, int k, int d)
    {
        Float4 elements = new(0f, 0f, 0f, 0f);
        if (k < d) elements = panels[start + k * PanelQuads];
        return elements;
    }

    static void Write(ArrayView<Float4> to, int at, int width, ref Quad sums)
    {
        to[at] = sums.Row0;
        to[at + width] = sums.Row1;
        to[at + 2 * width] = sums.Row2;
        to[at + 3 * width] = sums.Row3;
    }
}
