using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>
/// Matrix products for an OpenCL device that is itself a CPU: no group, no barrier. One item computes 8 rows by 32
/// columns; the loops over them are constant, so that the device's compiler keeps the sums in vector registers.
/// </summary>
public static partial class GemmPanelKernels
{
    /// <summary>Rows and columns an item computes.</summary>
    public const int PanelM = 8, PanelN = 32;

    /// <summary>
    /// C = A B, or adds it, for each of a batch (Grid.IdxZ). Fast where B is dense along its rows (ColumnB 1) and may
    /// be
    /// read in whole panels. Bound by arithmetic. Deterministic.
    /// </summary>
    [Kernel(1)]
    public static void Multiply(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims)
    {
        int firstRow = Grid.IdxY * PanelM, firstColumn = Grid.IdxX * PanelN, batch = Grid.IdxZ;
        if (dims.ColumnB == 1 && firstColumn + PanelN <= dims.ReadableB)
            WholePanel(a, b, c, dims, firstRow, firstColumn, batch);
        else
            AnyPanel(a, b, c, dims, firstRow, firstColumn, batch);
    }

    /// <summary>A panel of C whose columns of B can all be read. Rows beyond the last repeat it and are not
    /// stored.</summary>
    static void WholePanel(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims, int firstRow, int firstColumn,
        int batch)
    {
        var sums = LocalMemory.Allocate<float>(PanelM * PanelN);
        for (int i = 0; i < PanelM * PanelN; i++)
            sums[i] = 0f;

        int startA = batch * dims.BatchA, startB = batch * dims.BatchB + firstColumn;
        for (int k = 0; k < dims.K; k++)
        {
            var rowB = b.SubView(startB + k * dims.RowB, PanelN);
            for (int i = 0; i < PanelM; i++)
            {
                int row = Math.Min(firstRow + i, dims.M - 1);
                float valueA = a[startA + row * dims.RowA + k * dims.ColumnA];
                for (int j = 0; j < PanelN; j++)
                    sums[i * PanelN + j] += valueA * rowB[j];
            }
        }

        int columns = Math.Min(PanelN, dims.N - firstColumn);
        for (int i = 0; i < PanelM; i++)
        {
            if (firstRow + i >= dims.M) break;
            var result = c.SubView(batch * dims.BatchC + (firstRow + i) * dims.RowC + firstColumn, columns);
            if (dims.Accumulate != 0)
                for (int j = 0; j < columns; j++)
                    result[j] += sums[i * PanelN + j];
            else
                for (int j = 0; j < columns; j++)
                    result[j] = sums[i * PanelN + j];
        }
    }

    /// <summary>Any panel, one sum at a time.</summary>
    static void AnyPanel(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims, int firstRow, int firstColumn,
        int batch)
    {
        int startA = batch * dims.BatchA, startB = batch * dims.BatchB, startC = batch * dims.BatchC;
        for (int row = firstRow; row < Math.Min(firstRow + PanelM, dims.M); row++)
            for (int column = firstColumn; column < Math.Min(firstColumn + PanelN, dims.N); column++)
            {
                float sum = 0f;
                for (int k = 0; k < dims.K; k++)
                    sum += a[startA + row * dims.RowA + k * dims.ColumnA] * b[startB + k * dims.RowB
                    + column * dims.ColumnB];
                int at = startC + row * dims.RowC + column;
                c[at] = dims.Accumulate != 0 ? c[at] + sum : sum;
            }
    }
}
