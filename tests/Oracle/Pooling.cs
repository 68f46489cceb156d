namespace TripletGpu.Oracle;

/// <summary>Pooling by its definition: every window visits its elements inside the image.</summary>
/// <param name="Planes">N * C.</param>
/// <param name="H">Rows of the image.</param>
/// <param name="W">Columns of the image.</param>
/// <param name="R">Rows of the window.</param>
/// <param name="S">Columns of the window.</param>
/// <param name="StrideH">Rows between windows.</param>
/// <param name="StrideW">Columns between windows.</param>
/// <param name="Top">Padding above.</param>
/// <param name="Left">Padding to the left.</param>
/// <param name="Bottom">Padding below.</param>
/// <param name="Right">Padding to the right.</param>
/// <param name="CeilMode">Keep a last, incomplete window that starts before the image's end.</param>
public sealed record Pooling(
    int Planes, int H, int W, int R, int S, int StrideH, int StrideW,
    int Top = 0, int Left = 0, int Bottom = 0, int Right = 0, bool CeilMode = false)
{
    /// <summary>Rows of the output.</summary>
    public int P => Count(H, R, StrideH, Top, Bottom);

    /// <summary>Columns of the output.</summary>
    public int Q => Count(W, S, StrideW, Left, Right);

    public double[] Max(double[] x) => PerWindow(window => x[First(x, window)]);

    public double[] MaxBackward(double[] x, double[] dy)
    {
        double[] dx = new double[x.Length];
        PerWindow((window, i) => dx[First(x, window)] += dy[i]);
        return dx;
    }

    public double[] L2(double[] x) => PerWindow(window => Math.Sqrt(window.Sum(i => x[i] * x[i])));

    public double[] L2Backward(double[] x, double[] dy)
    {
        double[] y = L2(x), dx = new double[x.Length];
        PerWindow((window, o) =>
        {
            foreach (int i in window) dx[i] += y[o] == 0 ? 0 : dy[o] * x[i] / y[o];
        });
        return dx;
    }

    public double[] Average(double[] x, bool countPadding)
    {
        double[] y = PerWindow(window => window.Sum(i => x[i]));
        for (int o = 0; o < y.Length; o++) y[o] /= Elements(o, countPadding);
        return y;
    }

    public double[] AverageBackward(double[] dy, bool countPadding)
    {
        double[] dx = new double[Planes * H * W];
        PerWindow((window, o) =>
        {
            foreach (int i in window) dx[i] += dy[o] / Elements(o, countPadding);
        });
        return dx;
    }

    static int First(double[] x, List<int> window)
    {
        int best = window[0];
        foreach (int i in window)
            if (x[i] > x[best] || double.IsNaN(x[i])) best = i;
        return best;
    }

    double Elements(int o, bool countPadding)
    {
        int p = o / Q % P, q = o % Q;
        return Length(p * StrideH - Top, R, H, Top, Bottom) * Length(q * StrideW - Left, S, W, Left, Right);

        int Length(int from, int kernel, int size, int before, int after)
        {
            int count = 0;
            for (int i = from; i < from + kernel; i++)
                if (countPadding ? i >= -before && i < size + after : i >= 0 && i < size) count++;
            return count;
        }
    }

    int Count(int size, int kernel, int stride, int before, int after)
    {
        int count = 0;
        for (int from = -before; CeilMode ? from < size && from - stride + kernel < size + after || count == 0
            : from + kernel <= size + after; from += stride) count++;
        return count;
    }

    double[] PerWindow(Func<List<int>, double> value)
    {
        double[] y = new double[Planes * P * Q];
        PerWindow((window, i) => y[i] = value(window));
        return y;
    }

    void PerWindow(Action<List<int>, int> visit)
    {
        int rows = P, columns = Q;
        for (int n = 0; n < Planes; n++)
            for (int p = 0; p < rows; p++)
                for (int q = 0; q < columns; q++)
                {
                    List<int> window = [];
                    for (int h = p * StrideH - Top; h < p * StrideH - Top + R; h++)
                        for (int w = q * StrideW - Left; w < q * StrideW - Left + S; w++)
                            if (h >= 0 && h < H && w >= 0 && w < W) window.Add((n * H + h) * W + w);
                    visit(window, (n * rows + p) * columns + q);
                }
    }
}
