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
        Float4 low = new(0f, 0f, 0f, 0f), high = low;
        int full = d / Lanes * Lanes;
        for (int k = 0; k < full; k += Lanes)
        {
            low = AddSquares(rowA, rowB, k, low);
            high = AddSquares(rowA, rowB, k + Lanes / 2, high);
        }
        float total = 0f;
        for (int k = full; k < d; k++)
            total = AddSquare(rowA[k] - rowB[k], total);
        total = total + low.X + low.Y + low.Z + low.W;
        return total + high.X + high.Y + high.Z + high.W;
    }

    static Float4 AddSquares(ArrayView<float> a, ArrayView<float> b, int k, Float4 sums) =>
        new(AddSquare(a[k] - b[k], sums.X), AddSquare(a[k + 1] - b[k + 1], sums.Y),
            AddSquare(a[k + 2] - b[k + 2], sums.Z), AddSquare(a[k + 3] - b[k + 3], sums.W));

    /// <summary>sum + difference^2, rounded once.</summary>
    public static float AddSquare(float difference, float sum) => Fused.MultiplyAdd(difference, difference, sum);

    /// <summary>
    /// The distance of a row to packed row <paramref name="other"/>; infinity from the count of rows on. Packed rows
    /// lie in panels of 32, [panel][k][32], so that neighbours are read together.
    /// </summary>
    public static float ToPacked(
        ArrayView<float> rows, int row, ArrayView<float> packed, int other, int count, int d)
    {
        if (other >= count) return float.PositiveInfinity;
        var from = rows.SubView(row * d, d);
        var panel = packed.SubView(
            other / PanelTile.Columns * PanelTile.Columns * d + other % PanelTile.Columns,
            PanelTile.Columns * (d - 1) + 1);
        float sum = 0f;
        for (int k = 0; k < d; k++)
            sum = AddSquare(from[k] - panel[k * PanelTile.Columns], sum);
        return sum;
    }

    /// <summary>
    /// The same from a strip of distances (<see cref="DistanceKernels.Measure"/>) that begins with the tile of row
    /// <paramref name="first"/>.
    /// </summary>
    public static float Measured(ArrayView<float> strip, int row, int other, int count, int first)
    {
        if (other >= count) return float.PositiveInfinity;
        return strip[(row - StripDims.FirstOf(first)) * StripDims.WidthOf(count) + other];
    }

    /// <summary>
    /// x[c] = the distance of a row to packed row <paramref name="first"/> + c, for an item with several columns.
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
