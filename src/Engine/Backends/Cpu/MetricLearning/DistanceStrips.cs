using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// Squared distances from a few rows to all others, as sums of squared differences: exactly 0 for equal rows, the same
/// for (a, b) and (b, a), and independent of what else is in the batch. Others are packed into panels (panel, D,
/// width) so that the inner loop reads straight on; 6 rows x 2 vectors stay in registers. On processors that subtract
/// and multiply-add in different pipes this runs as fast as the expanded product ||a||^2 - 2ab + ||b||^2, which
/// cancels near 0.
/// </summary>
static unsafe class DistanceStrips<V> where V : struct, ICpuVector<V>
{
    const int TileRows = 6;

    /// <summary>Rows of a strip: what shares one panel while it lies in the first-level cache.</summary>
    public const int Rows = 4 * TileRows;

    /// <summary>Columns of a panel.</summary>
    public static int PanelWidth => 2 * V.Count;

    /// <summary>The number of columns with the last panel filled up.</summary>
    public static int Padded(int n) => (n + PanelWidth - 1) / PanelWidth * PanelWidth;

    /// <summary>
    /// Packs panels <paramref name="from"/> to <paramref name="to"/> of N rows of D values; surplus columns are 0.
    /// </summary>
    public static void Pack(float* rows, int n, int d, float* panels, int from, int to)
    {
        int width = PanelWidth;
        for (int panel = from; panel < to; panel++)
        {
            float* target = panels + (long)panel * width * d;
            for (int j = 0; j < width; j++)
            {
                int row = panel * width + j;
                float* source = rows + (long)row * d;
                if (row < n)
                    for (int k = 0; k < d; k++) target[k * width + j] = source[k];
                else
                    for (int k = 0; k < d; k++) target[k * width + j] = 0;
            }
        }
    }

    /// <summary>
    /// Distances of <paramref name="count"/> (at most <see cref="Rows"/>) rows to <paramref name="panelCount"/>
    /// panels. Row r goes to <c>strip + r * stride</c>; the strip has all <see cref="Rows"/> rows, those past the
    /// count are undefined.
    /// </summary>
    public static void Compute(float* rows, int count, int d, float* panels, int panelCount, float* strip, int stride)
    {
        int width = PanelWidth;
        for (int panel = 0; panel < panelCount; panel++)
            for (int r = 0; r < count; r += TileRows)
                Tile(rows + (long)r * d, Math.Min(TileRows, count - r), d, panels + (long)panel * width * d,
                    strip + (long)r * stride + panel * width, stride);
    }

    /// <summary>Distances of one row of D values to one panel, the same bits as in a strip.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void One(float* row, int d, float* panel, float* distances)
    {
        Row sums = default;
        for (int k = 0; k < d; k++, panel += 2 * V.Count)
            sums.AddSquares(row[k], V.Load(panel), V.Load(panel + V.Count));
        sums.Store(distances);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Tile(float* rows, int count, int d, float* panel, float* strip, int stride)
    {
        // Rows past the last one repeat it; what they write is ignored.
        float* a0 = rows;
        float* a1 = rows + (long)Math.Min(1, count - 1) * d;
        float* a2 = rows + (long)Math.Min(2, count - 1) * d;
        float* a3 = rows + (long)Math.Min(3, count - 1) * d;
        float* a4 = rows + (long)Math.Min(4, count - 1) * d;
        float* a5 = rows + (long)Math.Min(5, count - 1) * d;
        Row r0 = default, r1 = default, r2 = default, r3 = default, r4 = default, r5 = default;
        for (int k = 0; k < d; k++)
        {
            V left = V.Load(panel), right = V.Load(panel + V.Count);
            panel += 2 * V.Count;
            r0.AddSquares(a0[k], left, right);
            r1.AddSquares(a1[k], left, right);
            r2.AddSquares(a2[k], left, right);
            r3.AddSquares(a3[k], left, right);
            r4.AddSquares(a4[k], left, right);
            r5.AddSquares(a5[k], left, right);
        }
        r0.Store(strip);
        r1.Store(strip + stride);
        r2.Store(strip + 2L * stride);
        r3.Store(strip + 3L * stride);
        r4.Store(strip + 4L * stride);
        r5.Store(strip + 5L * stride);
    }

    /// <summary>The sums of one row; the JIT keeps the two vectors in registers.</summary>
    struct Row
    {
        V left, right;

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void AddSquares(float a, V bLeft, V bRight)
        {
            V x = V.Create(a), differenceLeft = x - bLeft, differenceRight = x - bRight;
            V.AddProduct(ref left, differenceLeft, differenceLeft);
            V.AddProduct(ref right, differenceRight, differenceRight);
        }

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public readonly void Store(float* to)
        {
            V.Store(left, to);
            V.Store(right, to + V.Count);
        }
    }

    /// <summary>Square roots in place; n is a multiple of <see cref="PanelWidth"/>.</summary>
    public static void Sqrt(float* x, int n)
    {
        for (int i = 0; i < n; i += V.Count) V.Store(V.Sqrt(V.Load(x + i)), x + i);
    }
}
