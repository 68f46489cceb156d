using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>Matrix products through tiles in shared memory, for GPUs.</summary>
public static partial class GemmKernels
{
    /// <summary>
    /// C = A B, or added to C or to a bias, for each of a batch (Grid.IdxZ). One group a tile of C, one item a small
    /// tile of that in registers. Each step along K stages a tile of A (transposed) and one of B in shared memory while
    /// the one before is multiplied; the first step has what a block of K leaves beyond whole steps, the rest of it
    /// staged as 0. Reads K (1/M + 1/N) floats an element of C, with M and N the tile's; bound by arithmetic from K of
    /// about 64. The bias is not read where there is none. Deterministic.
    /// </summary>
    [Kernel(GroupOf = nameof(TTile))]
    public static void Tiled<TTile>(
        ArrayView<float> a, ArrayView<float> b, [MayAlias] ArrayView<float> bias, [MayAlias] ArrayView<float> c,
        GemmDims dims)
        where TTile : struct, IProductTile
    {
        var tiles = SharedMemory.Allocate<Float4>(4 * SharedTile.Depth * TTile.Pitch);
        var fragments = SharedMemory.Allocate<float>(TTile.Fragments);
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        // Where the results go is read anew behind each block, or their addresses would take registers meanwhile.
        var corner = SharedMemory.Allocate<int>(3);
        int row = Grid.IdxY * TTile.Size, column = Grid.IdxX * TTile.Size;
        if (item == 0)
        {
            corner[0] = row;
            corner[1] = column;
            corner[2] = 0;
        }
        StagedElements ownA, ownB, furtherA, furtherB;
        int startA = Grid.IdxZ * dims.BatchA, startB = Grid.IdxZ * dims.BatchB;
        StagedElements.Share<TTile>(
            out ownA, out furtherA, TTile.RowStaging, item, startA, row, dims.M, dims.RowA, dims.ColumnA);
        StagedElements.Share<TTile>(
            out ownB, out furtherB, TTile.ColumnStaging, item, startB, column, dims.N, dims.ColumnB, dims.RowB);
        var fromA = tiles.SubView(SharedTile.PlaceA<TTile>(item));
        var fromB = tiles.SubView(SharedTile.PlaceB<TTile>(item));
        var toA = tiles.Cast<float>().SubView(ownA.To);
        var toB = tiles.Cast<float>().SubView(ownB.To);
        int halfA = TTile.StepDepth / 2 * dims.ColumnA, halfB = TTile.StepDepth / 2 * dims.RowB;
        // Views that go along, and not sums of two numbers: an address is one instruction then. They go on from block
        // to block, or begin anew, as leaves registers in each tile's loop.
        var restA = a.SubView(ownA.Start);
        var restB = b.SubView(ownB.Start);
        int advanceA = 0, advanceB = 0;
        // On tensor cores a sum is one chain: their operands are rounded by far more than blocks save.
        bool isWhole = TTile.OnTensorCores != 0;
        for (int block = 0; block < (isWhole ? 1 : DepthBlocks.BlockCount(DepthBlocks.Anew(dims.K))); block++)
        {
            TileSums sums;
            TileSums.Clear(out sums);
            int all = isWhole ? dims.K : DepthBlocks.Anew(dims.K);
            int from = isWhole ? 0 : DepthBlocks.BlockStart(all, block);
            int depth = (isWhole ? all : DepthBlocks.BlockStart(all, block + 1)) - from;
            int first = SharedTile.FirstDepth<TTile>(depth), start = 0;
            if (TTile.RowStaging != Staging.Apart) restA = restA.SubView(advanceA);
            else restA = a.SubView(from * dims.ColumnA);
            if (Staging.IsAlongK(TTile.RowStaging)) restB = restB.SubView(advanceB);
            else restB = b.SubView(ownB.Start + from * dims.RowB);
            StagedStep nextA, nextB;
            StagedElements.LoadFirst<TTile>(
                out nextA, TTile.RowStaging, ref ownA, ref furtherA, restA, halfA, first);
            StagedElements.LoadFirst<TTile>(
                out nextB, TTile.ColumnStaging, ref ownB, ref furtherB, restB, halfB, first);
            SharedTile.PutRows<TTile>(toA, 0, nextA);
            SharedTile.PutColumns<TTile>(toB, 0, nextB);
            Group.Barrier();
            advanceA = first * dims.ColumnA;
            advanceB = first * dims.RowB;
            for (int left = depth - first; left > 0; left -= TTile.StepDepth)
            {
                restA = restA.SubView(advanceA);
                restB = restB.SubView(advanceB);
                advanceA = TTile.StepDepth * dims.ColumnA;
                advanceB = TTile.StepDepth * dims.RowB;
                StagedElements.Load<TTile>(out nextA, TTile.RowStaging, ref ownA, ref furtherA, restA, halfA);
                StagedElements.Load<TTile>(out nextB, TTile.ColumnStaging, ref ownB, ref furtherB, restB, halfB);
                SharedTile.MultiplyAdd<TTile>(fromA, fromB, fragments, start, ref sums);
                start = SharedTile.OtherStage<TTile>(start);
                SharedTile.PutRows<TTile>(toA, start, nextA);
                SharedTile.PutColumns<TTile>(toB, start, nextB);
                Group.Barrier();
            }
            // The last step by itself: a condition on loads keeps what they were in registers of its own.
            SharedTile.MultiplyAdd<TTile>(fromA, fromB, fragments, start, ref sums);
            Group.Barrier();
            int own = isWhole ? corner[2] + item : DepthBlocks.Anew(corner[2] + item);
            WriteTile<TTile>(c, bias, corner[0], corner[1], own, ref sums, dims, dims.AddsTo(block));
        }
    }

    static void WriteTile<TTile>(
        ArrayView<float> c, ArrayView<float> bias, int row, int column, int item, ref TileSums sums, GemmDims dims,
        int adds)
        where TTile : struct, ITile
    {
        TileSums.Arrange<TTile>(ref sums);
        int above = row + TileSums.Row<TTile>(item), left = column + TileSums.Column<TTile>(item);
        int below = above + TileSums.RowsBelow<TTile>(), right = left + TileSums.ColumnsRight<TTile>();
        Write<TTile>(c, bias, above, left, ref sums.First, dims, adds);
        Write<TTile>(c, bias, below, left + TileSums.ColumnsBelow<TTile>(), ref sums.Below, dims, adds);
        if (TTile.ItemColumns > 4)
        {
            Write<TTile>(c, bias, above, right, ref sums.Right, dims, adds);
            Write<TTile>(c, bias, below, right + TileSums.ColumnsBelow<TTile>(), ref sums.Last, dims, adds);
        }
    }

    static void Write<TTile>(
        ArrayView<float> c, ArrayView<float> bias, int row, int column, ref Quad sums, GemmDims dims, int adds)
        where TTile : struct, ITile
    {
        int step = TileSums.RowStep<TTile>();
        WriteRow<TTile>(c, bias, row, column, sums.Row0, dims, adds);
        WriteRow<TTile>(c, bias, row + step, column, sums.Row1, dims, adds);
        WriteRow<TTile>(c, bias, row + 2 * step, column, sums.Row2, dims, adds);
        WriteRow<TTile>(c, bias, row + 3 * step, column, sums.Row3, dims, adds);
    }

    static void WriteRow<TTile>(
        ArrayView<float> c, ArrayView<float> bias, int row, int column, Float4 sums, GemmDims dims, int adds)
        where TTile : struct, ITile
    {
        if (row >= dims.M) return;
        int step = TileSums.ColumnStep<TTile>();
        WriteOne(c, bias, row, column, sums.X, dims, adds);
        WriteOne(c, bias, row, column + step, sums.Y, dims, adds);
        WriteOne(c, bias, row, column + 2 * step, sums.Z, dims, adds);
        WriteOne(c, bias, row, column + 3 * step, sums.W, dims, adds);
    }

    static void WriteOne(
        ArrayView<float> c, ArrayView<float> bias, int row, int column, float sum, GemmDims dims, int adds)
    {
        if (column >= dims.N) return;
        int at = Grid.IdxZ * dims.BatchC + row * dims.RowC + column;
        if (adds == 1) sum += c[at];
        if (adds == 2) sum += bias[column];
        c[at] = sum;
    }

    /// <summary>c[at] = value, or adds it.</summary>
    internal static void Write(ArrayView<float> c, int at, float value, int accumulate)
    {
        c[at] = accumulate != 0 ? c[at] + value : value;
    }
}
