namespace TripletGpu.Oracle;

/// <summary>C[i, j] = the sum over l of A[i, l] B[l, j]; row-major.</summary>
public static class MatMul
{
    public static double[] Multiply(double[] a, double[] b, int m, int n, int k)
    {
        double[] c = new double[m * n];
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int l = 0; l < k; l++) c[i * n + j] += a[i * k + l] * b[l * n + j];
        return c;
    }

    public static double[] Transpose(double[] a, int rows, int columns)
    {
        double[] t = new double[a.Length];
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++) t[j * rows + i] = a[i * columns + j];
        return t;
    }

    /// <summary>y = x W' + b; x (n, inputs), W (outputs, inputs).</summary>
    public static double[] Linear(double[] x, double[] w, double[]? b, int n, int outputs, int inputs)
    {
        double[] y = Multiply(x, Transpose(w, outputs, inputs), n, outputs, inputs);
        if (b is not null)
            for (int i = 0; i < y.Length; i++) y[i] += b[i % outputs];
        return y;
    }

    public static double[] SumRows(double[] x, int columns)
    {
        double[] sums = new double[columns];
        for (int i = 0; i < x.Length; i++) sums[i % columns] += x[i];
        return sums;
    }
}
