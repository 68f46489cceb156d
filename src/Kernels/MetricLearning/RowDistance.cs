using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// Squared L2 distances of rows: sums of squared differences, never the expanded product, so that equal rows are
/// exactly 0 apart. The mined ones are one chain of fused multiply-adds, in the order of the elements: the same bits as
/// the CPU backend's, and the same for (a, b) and (b, a).
/// </summary>
static class RowDistance
{
    const int Lanes = 8;

    /// <summary>The distance of two rows of D elements.</summary>
    public static float Squared(ArrayView<float> rows, int a, int b, int d)
    {
        var rowA = rows.SubView(a * d, d);
        var rowB = rows.SubView(b * d, d);
        float sum = 0f;
        for (int k = 0; k < d; k++)
        {
            float difference = rowA[k] - rowB[k];
            sum = Fused.MultiplyAdd(difference, difference, sum);
        }
        return sum;
    }

    /// <summary>The same in eight sums: faster, and other last bits. For gradients.</summary>
    public static float SquaredInLanes(ArrayView<float> rows, int a, int b, int d)
    {
        var rowA = rows.SubView(a * d, d);
        var rowB = rows.SubView(b * d, d);
        var sums = LocalMemory.Allocate<float>(Lanes);
        for (int lane = 0; lane < Lanes; lane++)
            sums[lane] = 0f;
        int full = d / Lanes * Lanes;
        for (int k = 0; k < full; k += Lanes)
            for (int lane = 0; lane < Lanes; lane++)
            {
                float difference = rowA[k + lane] - rowB[k + lane];
                sums[lane] = Fused.MultiplyAdd(difference, difference, sums[lane]);
            }
        float total = 0f;
        for (int k = full; k < d; k++)
            total = Fused.MultiplyAdd(rowA[k] - rowB[k], rowA[k] - rowB[k], total);
        for (int lane = 0; lane < Lanes; lane++)
            total += sums[lane];
        return total;
    }

    /// <summary>
    /// x[c] = the distance of a row to packed row <paramref name="first"/> + c; infinity from the count of rows on.
    /// Packed rows lie in panels of 32, [panel][k][32], so that neighbours are read together.
    /// </summary>
    public static void ToColumns<TShape>(
        ArrayView<float> rows, int row, ArrayView<float> packed, int first, int count, int d, ArrayView<float> x)
        where TShape : struct, IRowShape
    {
        for (int c = 0; c < TShape.Columns; c++)
            x[c] = 0f;
        if (first < count)
        {
            var from = rows.SubView(row * d, d);
            var panel = packed.SubView(
                first / PanelTile.Columns * PanelTile.Columns * d + first % PanelTile.Columns,
                PanelTile.Columns * (d - 1) + TShape.Columns);
            for (int k = 0; k < d; k++)
            {
                float value = from[k];
                for (int c = 0; c < TShape.Columns; c++)
                {
                    float difference = value - panel[k * PanelTile.Columns + c];
                    x[c] = Fused.MultiplyAdd(difference, difference, x[c]);
                }
            }
        }
        int columns = TShape.Columns;
        for (int c = Math.Max(0, count - first); c < columns; c++)
            x[c] = float.PositiveInfinity;
    }
}
