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

    /// <summary>C = A B, or adds it; B row-major and dense along its rows (ColumnB 1). Deterministic.</summary>
    [Kernel(1)]
    public static void Panel(ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims)
    {
        int firstRow = Grid.IdxY * PanelM, firstColumn = Grid.IdxX * PanelN;
        bool isFull = firstRow + PanelM <= dims.M && firstColumn + PanelN <= dims.N;
        if (isFull && dims.ColumnB == 1)
            FullPanel(a, b, c, dims, firstRow, firstColumn);
        else
            EdgePanel(a, b, c, dims, firstRow, firstColumn);
    }

    /// <summary>One panel of C with all of its rows and columns.</summary>
    static void FullPanel(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims, int firstRow, int firstColumn)
    {
        var sums = LocalMemory.Allocate<float>(PanelM * PanelN);
        for (int i = 0; i < PanelM * PanelN; i++)
            sums[i] = 0f;

        for (int k = 0; k < dims.K; k++)
        {
            var rowB = b.SubView(k * dims.RowB + firstColumn, PanelN);
            for (int i = 0; i < PanelM; i++)
            {
                float valueA = a[(firstRow + i) * dims.RowA + k * dims.ColumnA];
                for (int j = 0; j < PanelN; j++)
                    sums[i * PanelN + j] += valueA * rowB[j];
            }
        }

        if (dims.Accumulate != 0)
            for (int i = 0; i < PanelM; i++)
            {
                var old = c.SubView((firstRow + i) * dims.N + firstColumn, PanelN);
                for (int j = 0; j < PanelN; j++)
                    sums[i * PanelN + j] += old[j];
            }
        for (int i = 0; i < PanelM; i++)
        {
            var result = c.SubView((firstRow + i) * dims.N + firstColumn, PanelN);
            for (int j = 0; j < PanelN; j++)
                result[j] = sums[i * PanelN + j];
        }
    }

    /// <summary>A panel at the lower or right edge, and any panel of a B that is not dense along its rows.</summary>
    static void EdgePanel(
        ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, GemmDims dims, int firstRow, int firstColumn)
    {
        for (int row = firstRow; row < Math.Min(firstRow + PanelM, dims.M); row++)
            for (int column = firstColumn; column < Math.Min(firstColumn + PanelN, dims.N); column++)
            {
                float sum = 0f;
                for (int k = 0; k < dims.K; k++)
                    sum += a[row * dims.RowA + k * dims.ColumnA] * b[k * dims.RowB + column * dims.ColumnB];
                c[row * dims.N + column] = dims.Accumulate != 0 ? c[row * dims.N + column] + sum : sum;
            }
    }
}
