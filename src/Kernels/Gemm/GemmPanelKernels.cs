using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// Matrix products for an OpenCL device that is itself a CPU: no group, no barrier. B comes packed in panels of 32
/// columns, [panel][k][32] with zeros beyond N, so that a panel is read in order and stays in a cache while rows of A
/// pass by. One item computes 8 rows by one panel in vector registers (<see cref="PanelTile"/>).
/// </summary>
public static partial class GemmPanelKernels
{
    const int PanelN = PanelTile.Columns, PackK = 16;

    /// <summary>
    /// C = A B, or adds it, for each of a batch (Grid.IdxZ). Grid.IdxX counts blocks of 8 rows, Grid.IdxY panels. Bound
    /// by arithmetic. Deterministic.
    /// </summary>
    [Kernel(1)]
    public static void Multiply(ArrayView<float> a, ArrayView<float> packed, ArrayView<float> c, GemmDims dims)
    {
        int firstRow = Grid.IdxX * PanelTile.Rows, panel = Grid.IdxY, batch = Grid.IdxZ;
        var sums = LocalMemory.Allocate<Lanes16>(PanelTile.Rows * 2);
        var tile = SharedMemory.Allocate<float>(PanelTile.Rows * PanelN);
        PanelTile.Clear(sums);
        PanelTile.Accumulate(
            a, batch * dims.BatchA, firstRow, dims.M, dims.RowA, dims.ColumnA,
            packed.SubView((batch * Grid.DimY + panel) * dims.K * PanelN, dims.K * PanelN), dims.K, sums);
        int firstColumn = panel * PanelN, columns = Math.Min(PanelN, dims.N - firstColumn);
        int rows = dims.M - firstRow, to = batch * dims.BatchC + firstRow * dims.RowC + firstColumn;
        if (columns == PanelN) PanelTile.Store(sums, rows, c, to, dims.RowC, dims.Accumulate);
        else PanelTile.StorePart(sums, rows, c, to, dims.RowC, columns, dims.Accumulate, tile);
    }

    /// <summary>
    /// Packs B. One item 16 rows of a panel: a block that a cache holds, whichever way B lies. X counts blocks of
    /// rows, Y
    /// panels, Z the batch; <paramref name="panels"/> a matrix.
    /// </summary>
    [Kernel]
    public static void Pack(Index3D i, ArrayView<float> b, ArrayView<float> packed, GemmDims dims, int panels)
    {
        int firstK = i.X * PackK, lastK = Math.Min(firstK + PackK, dims.K);
        int firstColumn = i.Y * PanelN, columns = Math.Min(PanelN, dims.N - firstColumn);
        int start = i.Z * dims.BatchB + firstColumn * dims.ColumnB;
        for (int k = firstK; k < lastK; k++)
        {
            var to = packed.SubView(((i.Z * panels + i.Y) * dims.K + k) * PanelN, PanelN);
            for (int j = 0; j < columns; j++)
                to[j] = b[start + k * dims.RowB + j * dims.ColumnB];
            for (int j = columns; j < PanelN; j++)
                to[j] = 0f;
        }
    }

    /// <summary>The items of <see cref="Pack"/> along X.</summary>
    public static int PackBlocks(int k) => (k + PackK - 1) / PackK;
}
