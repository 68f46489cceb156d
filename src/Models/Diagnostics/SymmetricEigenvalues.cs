namespace TripletGpu.Models.Diagnostics;

/// <summary>
/// Eigenvalues of a symmetric matrix: Householder reflections to a tridiagonal matrix, then QL with implicit shifts
/// (EISPACK's tred1 and imtql1). About 4/3 n^3 operations.
/// </summary>
static class SymmetricEigenvalues
{
    const int MostSweeps = 50;

    /// <summary>
    /// The eigenvalues in no particular order. The matrix (n x n, its lower triangle read) is destroyed.
    /// </summary>
    public static double[] Of(double[,] a)
    {
        int n = a.GetLength(0);
        double[] offDiagonal = Tridiagonalize(a, n), diagonal = new double[n];
        for (int i = 0; i < n; i++) diagonal[i] = a[i, i];
        DiagonalizeByQl(diagonal, offDiagonal);
        return diagonal;
    }

    static double[] Tridiagonalize(double[,] a, int n)
    {
        double[] e = new double[n];
        for (int i = n - 1; i > 0; i--)
        {
            double scale = 0, h = 0;
            for (int k = 0; k < i; k++) scale += Math.Abs(a[i, k]);
            if (i == 1 || scale == 0)
            {
                e[i] = a[i, i - 1];
                continue;
            }
            for (int k = 0; k < i; k++)
            {
                a[i, k] /= scale;
                h += a[i, k] * a[i, k];
            }
            double last = a[i, i - 1], g = last >= 0 ? -Math.Sqrt(h) : Math.Sqrt(h), product = 0;
            e[i] = scale * g;
            h -= last * g;
            a[i, i - 1] = last - g;
            for (int j = 0; j < i; j++)
            {
                double sum = 0;
                for (int k = 0; k <= j; k++) sum += a[j, k] * a[i, k];
                for (int k = j + 1; k < i; k++) sum += a[k, j] * a[i, k];
                e[j] = sum / h;
                product += e[j] * a[i, j];
            }
            double half = product / (h + h);
            for (int j = 0; j < i; j++)
            {
                double u = a[i, j], p = e[j] -= half * u;
                for (int k = 0; k <= j; k++) a[j, k] -= u * e[k] + p * a[i, k];
            }
        }
        return e;
    }

    static void DiagonalizeByQl(double[] d, double[] e)
    {
        int n = d.Length;
        for (int i = 1; i < n; i++) e[i - 1] = e[i];
        if (n > 0) e[n - 1] = 0;
        for (int l = 0; l < n; l++)
            for (int sweep = 0; ; sweep++)
            {
                int m = l;
                while (m < n - 1 && Math.Abs(e[m]) > double.Epsilon + 1e-16 * (Math.Abs(d[m]) + Math.Abs(d[m + 1])))
                    m++;
                if (m == l) break;
                if (sweep == MostSweeps)
                    throw new InvalidOperationException("the eigenvalues do not converge: the matrix is not finite");
                QlSweep(d, e, l, m);
            }
    }

    static void QlSweep(double[] d, double[] e, int l, int m)
    {
        double g = (d[l + 1] - d[l]) / (2 * e[l]), r = double.Hypot(g, 1);
        g = d[m] - d[l] + e[l] / (g + Math.CopySign(r, g));
        double s = 1, c = 1, p = 0;
        for (int i = m - 1; i >= l; i--)
        {
            double f = s * e[i], b = c * e[i];
            e[i + 1] = r = double.Hypot(f, g);
            if (r == 0)
            {
                d[i + 1] -= p;
                e[m] = 0;
                return;
            }
            (s, c) = (f / r, g / r);
            g = d[i + 1] - p;
            r = (d[i] - g) * s + 2 * c * b;
            p = s * r;
            d[i + 1] = g + p;
            g = c * r - b;
        }
        d[l] -= p;
        e[l] = g;
        e[m] = 0;
    }
}
