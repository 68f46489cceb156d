using System.Runtime.CompilerServices;

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
        V zero = V.Create(0);
        V c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero;
        V c30 = zero, c31 = zero, c40 = zero, c41 = zero, c50 = zero, c51 = zero;
        for (int k = 0; k < d; k++)
        {
            V b0 = V.Load(panel), b1 = V.Load(panel + V.Count);
            panel += 2 * V.Count;
            V a = V.Create(a0[k]);
            AddSquare(ref c00, a, b0);
            AddSquare(ref c01, a, b1);
            a = V.Create(a1[k]);
            AddSquare(ref c10, a, b0);
            AddSquare(ref c11, a, b1);
            a = V.Create(a2[k]);
            AddSquare(ref c20, a, b0);
            AddSquare(ref c21, a, b1);
            a = V.Create(a3[k]);
            AddSquare(ref c30, a, b0);
            AddSquare(ref c31, a, b1);
            a = V.Create(a4[k]);
            AddSquare(ref c40, a, b0);
            AddSquare(ref c41, a, b1);
            a = V.Create(a5[k]);
            AddSquare(ref c50, a, b0);
            AddSquare(ref c51, a, b1);
        }
        Store(c00, c01, strip);
        Store(c10, c11, strip + stride);
        Store(c20, c21, strip + 2L * stride);
        Store(c30, c31, strip + 3L * stride);
        Store(c40, c41, strip + 4L * stride);
        Store(c50, c51, strip + 5L * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void AddSquare(ref V sum, V a, V b)
    {
        V difference = a - b;
        V.AddProduct(ref sum, difference, difference);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void Store(V first, V second, float* to)
    {
        V.Store(first, to);
        V.Store(second, to + V.Count);
    }

    /// <summary>Square roots in place; n is a multiple of <see cref="PanelWidth"/>.</summary>
    public static void Sqrt(float* x, int n)
    {
        for (int i = 0; i < n; i += V.Count) V.Store(V.Sqrt(V.Load(x + i)), x + i);
    }
}
