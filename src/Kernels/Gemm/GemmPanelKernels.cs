using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// Matrix products for an OpenCL device that is itself a CPU: no group, no barrier. An item packs a panel of 32 columns
/// of B, [k][32] with zeros beyond N, which it reads in order and which stays in a cache while rows of A pass by, eight
/// at a time in vector registers (<see cref="PanelTile"/>).
/// </summary>
public static partial class GemmPanelKernels
{
    const int PanelN = PanelTile.Columns, PackK = 16;

    /// <summary>
    /// C = A B, or added to C or to a bias, for each of a batch (Grid.IdxZ). Grid.IdxX counts blocks of
    /// <paramref name="rowsEach"/> rows, which is a multiple of 8, Grid.IdxY panels. The bias is not read where there
    /// is none. Bound by arithmetic. Deterministic.
    /// </summary>
    [Kernel(1)]
    public static void Multiply(
        ArrayView<float> a, ArrayView<float> b, [MayAlias] ArrayView<float> bias, [MayAlias] ArrayView<float> c,
        GemmDims dims, int rowsEach)
    {
        int firstRow = Grid.IdxX * rowsEach, endRow = Math.Min(firstRow + rowsEach, dims.M);
        int firstColumn = Grid.IdxY * PanelN, columns = Math.Min(PanelN, dims.N - firstColumn), batch = Grid.IdxZ;
        var sums = LocalMemory.Allocate<Lanes16>(PanelTile.Rows * 2);
        var panel = LocalMemory.Allocate<float>(DepthBlocks.MostDepth * PanelN);
        var tile = SharedMemory.Allocate<float>(PanelTile.Rows * PanelN);
        for (int block = 0; block < DepthBlocks.BlockCount(dims.K); block++)
        {
            int first = DepthBlocks.BlockStart(dims.K, block);
            int depth = DepthBlocks.BlockStart(dims.K, block + 1) - first;
            int adds = dims.AddsTo(block);
            int from = batch * dims.BatchB + first * dims.RowB + firstColumn * dims.ColumnB;
            PackRows(b, from, dims.RowB, dims.ColumnB, columns, depth, panel);
            for (int row = firstRow; row < endRow; row += PanelTile.Rows)
            {
                int rows = dims.M - row, to = batch * dims.BatchC + row * dims.RowC + firstColumn;
                PanelTile.Clear(sums);
                PanelTile.Accumulate(
                    a, batch * dims.BatchA + first * dims.ColumnA, row, dims.M, dims.RowA, dims.ColumnA, panel, depth,
                    sums);
                if (adds == 2)
                    for (int i = 0; i < Math.Min(rows, PanelTile.Rows); i++)
                        for (int j = 0; j < columns; j++)
                            c[to + i * dims.RowC + j] = bias[firstColumn + j];
                if (columns == PanelN) PanelTile.Store(sums, rows, c, to, dims.RowC, adds);
                else PanelTile.StorePart(sums, rows, c, to, dims.RowC, columns, adds, tile);
            }
        }
    }

    /// <summary>
    /// B in panels, as distance kernels read rows: [panel][k][32]. One item 16 rows of a panel: a block that a cache
    /// holds, whichever way B lies. X counts blocks of rows, Y panels.
    /// </summary>
    [Kernel]
    public static void Pack(Index2D i, ArrayView<float> b, ArrayView<float> packed, GemmDims dims)
    {
        int first = i.X * PackK, depth = Math.Min(PackK, dims.K - first);
        int column = i.Y * PanelN, columns = Math.Min(PanelN, dims.N - column);
        PackRows(
            b, first * dims.RowB + column * dims.ColumnB, dims.RowB, dims.ColumnB, columns, depth,
            packed.SubView((i.Y * dims.K + first) * PanelN, depth * PanelN));
    }

    /// <summary>Rows of a panel, with zeros behind their columns.</summary>
    static void PackRows(
        ArrayView<float> b, int from, int row, int column, int columns, int depth, ArrayView<float> panel)
    {
        for (int k = 0; k < depth; k++)
        {
            var to = panel.SubView(k * PanelN, PanelN);
            for (int j = 0; j < columns; j++)
                to[j] = b[from + k * row + j * column];
            for (int j = columns; j < PanelN; j++)
                to[j] = 0f;
        }
    }

    /// <summary>The items of <see cref="Pack"/> along X.</summary>
    public static int PackBlocks(int k) => (k + PackK - 1) / PackK;
}
