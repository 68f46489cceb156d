namespace TripletGpu.Oracle;

/// <summary>Functions of one and of two values, with NumPy's broadcasting, element by element.</summary>
public static class Elementwise
{
    public static double[] Map(double[] x, Func<double, double> f) => Array.ConvertAll(x, v => f(v));

    /// <summary>The error function by its power series, whose terms all have one sign.</summary>
    public static double Erf(double x)
    {
        double sum = 0, term = x;
        for (int n = 0; Math.Abs(term) > 1e-18 * Math.Abs(sum); n++)
        {
            sum += term;
            term *= 2 * x * x / (2 * n + 3);
        }
        return 2 / Math.Sqrt(Math.PI) * Math.Exp(-x * x) * sum;
    }

    /// <summary>dx = dy * f'(x).</summary>
    public static double[] MapBackward(double[] x, double[] dy, Func<double, double> derivative)
    {
        double[] dx = new double[x.Length];
        for (int i = 0; i < dx.Length; i++) dx[i] = dy[i] * derivative(x[i]);
        return dx;
    }

    public static double[] Binary(double[] a, int[] shapeA, double[] b, int[] shapeB, Func<double, double, double> f)
    {
        int[] shape = BroadcastShape(shapeA, shapeB);
        double[] y = new double[shape.Aggregate(1, (product, extent) => product * extent)];
        for (int i = 0; i < y.Length; i++) y[i] = f(a[Source(i, shape, shapeA)], b[Source(i, shape, shapeB)]);
        return y;
    }

    /// <summary>Each operand's gradient: summed over all elements that it had been repeated for.</summary>
    public static (double[] Da, double[] Db) BinaryBackward(
        double[] a, int[] shapeA, double[] b, int[] shapeB, double[] dy,
        Func<double, double, double> byA, Func<double, double, double> byB)
    {
        int[] shape = BroadcastShape(shapeA, shapeB);
        double[] da = new double[a.Length], db = new double[b.Length];
        for (int i = 0; i < dy.Length; i++)
        {
            int indexA = Source(i, shape, shapeA), indexB = Source(i, shape, shapeB);
            da[indexA] += dy[i] * byA(a[indexA], b[indexB]);
            db[indexB] += dy[i] * byB(a[indexA], b[indexB]);
        }
        return (da, db);
    }

    static int[] BroadcastShape(int[] a, int[] b)
    {
        int rank = Math.Max(a.Length, b.Length);
        int[] shape = new int[rank];
        for (int axis = 1; axis <= rank; axis++)
            shape[^axis] = Math.Max(axis <= a.Length ? a[^axis] : 1, axis <= b.Length ? b[^axis] : 1);
        return shape;
    }

    /// <summary>The index in an operand of shape <paramref name="from"/> that element i of the result reads.</summary>
    static int Source(int i, int[] shape, int[] from)
    {
        int index = 0, stride = 1;
        for (int axis = 1; axis <= from.Length; axis++)
        {
            int position = i % shape[^axis];
            i /= shape[^axis];
            if (from[^axis] != 1) index += position * stride;
            stride *= from[^axis];
        }
        return index;
    }
}
