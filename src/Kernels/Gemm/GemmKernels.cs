using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>Matrix products through tiles in shared memory, for GPUs.</summary>
public static partial class GemmKernels
{
    /// <summary>
    /// C = A B, or adds it, for each of a batch (Grid.IdxZ). One group a tile of C, one item a small tile of that in
    /// registers. Each step along K stages a tile of A (transposed) and one of B in shared memory while the one before
    /// is multiplied; the first step has what K leaves beyond whole steps, the rest of it staged as
    /// 0. Reads K (1/M + 1/N) floats an element of C, with M and N the tile's; bound by arithmetic from K of about 64.
    /// Deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims)
        where TTile : struct, ITile
    {
        var tileA = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * TTile.Pitch);
        var tileB = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * TTile.Pitch);
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        int row = Grid.IdxY * TTile.Size, column = Grid.IdxX * TTile.Size;
        StagedElements ownA, ownB;
        StagedElements.Share<TTile>(
            out ownA, item, Grid.IdxZ * dims.BatchA, row, dims.M, dims.RowA, dims.ColumnA);
        StagedElements.Share<TTile>(
            out ownB, item, Grid.IdxZ * dims.BatchB, column, dims.N, dims.ColumnB,
            dims.RowB);
        TileSums sums;
        TileSums.Clear(out sums);

        int first = SharedTile.FirstDepth(dims.K), advance = first, start = 0;
        StagedStep nextA, nextB;
        StagedElements.LoadFirst<TTile>(out nextA, ref ownA, a, first, dims.ColumnA);
        StagedElements.LoadFirst<TTile>(out nextB, ref ownB, b, first, dims.RowB);
        SharedTile.Put<TTile>(tileA, 0, ownA.To, nextA);
        SharedTile.Put<TTile>(tileB, 0, ownB.To, nextB);
        Group.Barrier();
        // Views that go along, and not sums of two numbers: an address is one instruction then.
        var restA = a;
        var restB = b;
        for (int k = first; k <= dims.K; k += SharedTile.Depth)
        {
            if (k < dims.K)
            {
                restA = restA.SubView(advance * dims.ColumnA);
                restB = restB.SubView(advance * dims.RowB);
                advance = SharedTile.Depth;
                StagedElements.Load<TTile>(out nextA, ref ownA, restA, dims.ColumnA);
                StagedElements.Load<TTile>(out nextB, ref ownB, restB, dims.RowB);
            }
            SharedTile.MultiplyAdd<TTile>(tileA, tileB, fragments, start, ref sums);
            start = SharedTile.OtherStage<TTile>(start);
            SharedTile.Put<TTile>(tileA, start, ownA.To, nextA);
            SharedTile.Put<TTile>(tileB, start, ownB.To, nextB);
            Group.Barrier();
        }

        TileSums.Arrange<TTile>(ref sums);
        row += TileSums.Row<TTile>(item);
        column += TileSums.Column<TTile>(item);
        int below = row + TileSums.RowsBelow<TTile>(), right = column + TileSums.ColumnsRight<TTile>();
        Write<TTile>(c, row, column, ref sums.First, dims);
        Write<TTile>(c, below, column + TileSums.ColumnsBelow<TTile>(), ref sums.Below, dims);
        if (TTile.ItemColumns > 4)
        {
            Write<TTile>(c, row, right, ref sums.Right, dims);
            Write<TTile>(c, below, right + TileSums.ColumnsBelow<TTile>(), ref sums.Last, dims);
        }
    }

    static void Write<TTile>(ArrayView<float> c, int row, int column, ref Quad sums, GemmDims dims)
        where TTile : struct, ITile
    {
        int step = TileSums.RowStep<TTile>();
        WriteRow<TTile>(c, row, column, sums.Row0, dims);
        WriteRow<TTile>(c, row + step, column, sums.Row1, dims);
        WriteRow<TTile>(c, row + 2 * step, column, sums.Row2, dims);
        WriteRow<TTile>(c, row + 3 * step, column, sums.Row3, dims);
    }

    static void WriteRow<TTile>(ArrayView<float> c, int row, int column, Float4 sums, GemmDims dims)
        where TTile : struct, ITile
    {
        if (row >= dims.M) return;
        int at = Grid.IdxZ * dims.BatchC + row * dims.RowC + column, step = TileSums.ColumnStep<TTile>();
        if (column < dims.N) Write(c, at, sums.X, dims.Accumulate);
        if (column + step < dims.N) Write(c, at + step, sums.Y, dims.Accumulate);
        if (column + 2 * step < dims.N) Write(c, at + 2 * step, sums.Z, dims.Accumulate);
        if (column + 3 * step < dims.N) Write(c, at + 3 * step, sums.W, dims.Accumulate);
    }

    /// <summary>c[at] = value, or adds it.</summary>
    internal static void Write(ArrayView<float> c, int at, float value, int accumulate)
    {
        c[at] = accumulate != 0 ? c[at] + value : value;
    }
}
