using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>Matrix products through tiles in shared memory, for GPUs.</summary>
public static partial class GemmKernels
{
    /// <summary>
    /// C = A B, or adds it, for each of a batch (Grid.IdxZ). One group a tile of C, one item a small tile of that in
    /// registers. Each step along K stages a tile of A (transposed) and one of B in shared memory while the one before
    /// is multiplied; elements beyond K are staged as 0. Reads K (1/M + 1/N) floats an element of C, with M and N the
    /// tile's; bound by arithmetic from K of about 64. Deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims)
        where TTile : struct, ITile
    {
        var tileA = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * (TTile.Size / 4 + 1));
        var tileB = SharedMemory.Allocate<Float4>(2 * SharedTile.Depth * (TTile.Size / 4 + 1));
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        int row = Grid.IdxY * TTile.Size, column = Grid.IdxX * TTile.Size;
        StagedElements ownA, ownB;
        StagedElements.Share<TTile>(
            out ownA, item, Grid.IdxZ * dims.BatchA, row, dims.M, dims.RowA, dims.ColumnA);
        StagedElements.Share<TTile>(
            out ownB, item, Grid.IdxZ * dims.BatchB, column, dims.N, dims.ColumnB, dims.RowB);
        TileSums sums;
        TileSums.Clear(out sums);

        int stage = 0;
        Float4 nextA = StagedElements.Load(ref ownA, a, 0, dims.K);
        Float4 nextB = StagedElements.Load(ref ownB, b, 0, dims.K);
        SharedTile.Put<TTile>(tileA, stage, ownA.Place, TTile.Size / 4, nextA);
        SharedTile.Put<TTile>(tileB, stage, ownB.Place, TTile.Size / 4, nextB);
        Group.Barrier();
        for (int k = SharedTile.Depth; k < dims.K + SharedTile.Depth; k += SharedTile.Depth)
        {
            nextA = StagedElements.Load(ref ownA, a, k * dims.ColumnA, dims.K - k);
            nextB = StagedElements.Load(ref ownB, b, k * dims.RowB, dims.K - k);
            SharedTile.MultiplyAdd<TTile>(tileA, tileB, fragments, stage, ref sums);
            stage = 1 - stage;
            SharedTile.Put<TTile>(tileA, stage, ownA.Place, TTile.Size / 4, nextA);
            SharedTile.Put<TTile>(tileB, stage, ownB.Place, TTile.Size / 4, nextB);
            Group.Barrier();
        }

        TileSums.Arrange<TTile>(ref sums);
        row += TileSums.Row<TTile>(item);
        column += TileSums.Column<TTile>(item);
        int below = row + TileSums.RowsBelow<TTile>(), right = column + TileSums.ColumnsRight<TTile>();
        Write(c, row, column, ref sums.First, dims);
        if (TTile.ItemRows > 4) Write(c, below, column + TileSums.ColumnsBelow<TTile>(), ref sums.Below, dims);
        if (TTile.ItemColumns > 4)
        {
            Write(c, row, right, ref sums.Right, dims);
            Write(c, below, right + TileSums.ColumnsBelow<TTile>(), ref sums.Last, dims);
        }
    }

    static void Write(ArrayView<float> c, int row, int column, ref Quad sums, GemmDims dims)
    {
        WriteRow(c, row, column, sums.Row0, dims);
        WriteRow(c, row + 1, column, sums.Row1, dims);
        WriteRow(c, row + 2, column, sums.Row2, dims);
        WriteRow(c, row + 3, column, sums.Row3, dims);
    }

    static void WriteRow(ArrayView<float> c, int row, int column, Float4 sums, GemmDims dims)
    {
        if (row >= dims.M) return;
        int at = Grid.IdxZ * dims.BatchC + row * dims.RowC + column;
        if (column < dims.N) Write(c, at, sums.X, dims.Accumulate);
        if (column + 1 < dims.N) Write(c, at + 1, sums.Y, dims.Accumulate);
        if (column + 2 < dims.N) Write(c, at + 2, sums.Z, dims.Accumulate);
        if (column + 3 < dims.N) Write(c, at + 3, sums.W, dims.Accumulate);
    }

    /// <summary>c[at] = value, or adds it.</summary>
    internal static void Write(ArrayView<float> c, int at, float value, int accumulate)
    {
        c[at] = accumulate != 0 ? c[at] + value : value;
    }
}
