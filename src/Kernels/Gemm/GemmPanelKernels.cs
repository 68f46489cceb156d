using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// Matrix products for an OpenCL device that is itself a CPU: no group, no barrier. An item packs panels of 32 columns
/// of B, [k][32] with zeros beyond N, which it reads in order and which stay in a cache while rows of A pass by, eight
/// at a time in vector registers (<see cref="PanelTile"/>).
/// </summary>
public static partial class GemmPanelKernels
{
    const int PanelN = PanelTile.Columns, PackK = 16;

    // Packed at a time: eight rows of A come to L1 once for them all, and they leave L2 to the results.
    const int HeldPanels = 2;

    /// <summary>
    /// C = A B, or added to C or to a bias, for each of a batch (Grid.IdxZ). Grid.IdxX counts blocks of
    /// <paramref name="rowsEach"/> rows, which is a multiple of 8, Grid.IdxY blocks of <paramref name="panelsEach"/>
    /// panels, two at a time, which take turns at each block of the depth, so that A's columns of that stay in a cache.
    /// The bias is not read where there is none. Bound by arithmetic. Deterministic.
    /// </summary>
    [Kernel(1)]
    public static void Multiply(
        ArrayView<float> a, ArrayView<float> b, [MayAlias] ArrayView<float> bias, [MayAlias] ArrayView<float> c,
        GemmDims dims, int rowsEach, int panelsEach)
    {
        int firstRow = Grid.IdxX * rowsEach, endRow = Math.Min(firstRow + rowsEach, dims.M);
        int left = Grid.IdxY * panelsEach * PanelN, right = Math.Min(left + panelsEach * PanelN, dims.N);
        int batch = Grid.IdxZ;
        var sums = LocalMemory.Allocate<Lanes16>(PanelTile.Rows * 2);
        var panels = LocalMemory.Allocate<float>(HeldPanels * DepthBlocks.MostDepth * PanelN);
        var tile = SharedMemory.Allocate<float>(PanelTile.Rows * PanelN);
        for (int block = 0; block < DepthBlocks.BlockCount(dims.K); block++)
        {
            int first = DepthBlocks.BlockStart(dims.K, block);
            int depth = DepthBlocks.BlockStart(dims.K, block + 1) - first;
            int adds = dims.AddsTo(block);
            for (int held = left; held < right; held += HeldPanels * PanelN)
            {
                int end = Math.Min(held + HeldPanels * PanelN, right);
                for (int column = held; column < end; column += PanelN)
                    PackRows(
                        b, batch * dims.BatchB + first * dims.RowB + column * dims.ColumnB, dims.RowB, dims.ColumnB,
                        Math.Min(PanelN, dims.N - column), depth,
                        panels.SubView((column - held) * depth, PanelN * depth));
                for (int row = firstRow; row < endRow; row += PanelTile.Rows)
                    for (int column = held; column < end; column += PanelN)
                    {
                        int columns = Math.Min(PanelN, dims.N - column);
                        int rows = dims.M - row, to = batch * dims.BatchC + row * dims.RowC + column;
                        PanelTile.Clear(sums);
                        PanelTile.Accumulate(
                            a, batch * dims.BatchA + first * dims.ColumnA, row, dims.M, dims.RowA, dims.ColumnA,
                            panels.SubView((column - held) * depth, PanelN * depth), depth, sums);
                        if (adds == 2)
                            for (int i = 0; i < Math.Min(rows, PanelTile.Rows); i++)
                                for (int j = 0; j < columns; j++)
                                    c[to + i * dims.RowC + j] = bias[column + j];
                        if (columns == PanelN) PanelTile.Store(sums, rows, c, to, dims.RowC, adds);
                        else PanelTile.StorePart(sums, rows, c, to, dims.RowC, columns, adds, tile);
                    }
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
