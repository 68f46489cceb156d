using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>
/// Matrix products for an OpenCL device that is itself a CPU: no group, no barrier. B comes packed in panels of 32
/// columns, [panel][k][32] with zeros beyond N, so that a panel is read in order and stays in a cache while rows of A
/// pass by. One item computes 8 rows by one panel; the loops over those are constant, so that the device's compiler
/// keeps the sums in vector registers.
/// </summary>
public static partial class GemmPanelKernels
{
    /// <summary>Rows and columns an item computes.</summary>
    public const int PanelM = 8, PanelN = 32;

    const int PackK = 16;

    /// <summary>
    /// C = A B, or adds it, for each of a batch (Grid.IdxZ). Grid.IdxX counts blocks of 8 rows, Grid.IdxY panels. Rows
    /// beyond the last repeat it and are not stored. Bound by arithmetic. Deterministic.
    /// </summary>
    [Kernel(1)]
    public static void Multiply(ArrayView<float> a, ArrayView<float> packed, ArrayView<float> c, GemmDims dims)
    {
        int firstRow = Grid.IdxX * PanelM, panel = Grid.IdxY, batch = Grid.IdxZ;
        var sums = LocalMemory.Allocate<float>(PanelM * PanelN);
        for (int i = 0; i < PanelM * PanelN; i++)
            sums[i] = 0f;

        int startA = batch * dims.BatchA;
        var b = packed.SubView((batch * Grid.DimY + panel) * dims.K * PanelN, dims.K * PanelN);
        for (int k = 0; k < dims.K; k++)
        {
            var rowB = b.SubView(k * PanelN, PanelN);
            for (int i = 0; i < PanelM; i++)
            {
                int row = Math.Min(firstRow + i, dims.M - 1);
                float valueA = a[startA + row * dims.RowA + k * dims.ColumnA];
                for (int j = 0; j < PanelN; j++)
                    sums[i * PanelN + j] += valueA * rowB[j];
            }
        }

        int firstColumn = panel * PanelN, columns = Math.Min(PanelN, dims.N - firstColumn);
        for (int i = 0; i < PanelM; i++)
        {
            if (firstRow + i >= dims.M) break;
            var result = c.SubView(batch * dims.BatchC + (firstRow + i) * dims.RowC + firstColumn, columns);
            for (int j = 0; j < columns; j++)
                result[j] = dims.Accumulate != 0 ? result[j] + sums[i * PanelN + j] : sums[i * PanelN + j];
        }
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
