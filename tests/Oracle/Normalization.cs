namespace TripletGpu.Oracle;

/// <summary>Normalisations by their definitions.</summary>
public static class Normalization
{
    /// <summary>Batch norm of x (N, C, plane) with the statistics of the batch, or with the given ones.</summary>
    public static double[] BatchNorm(
        double[] x, double[] weight, double[] bias, int channels, int plane, double epsilon, bool relu,
        double[]? mean = null, double[]? variance = null)
    {
        double[] y = new double[x.Length];
        for (int c = 0; c < channels; c++)
        {
            (double m, double v) = mean is null ? Moments(x, channels, plane, c) : (mean[c], variance![c]);
            foreach (int i in Channel(x.Length, channels, plane, c))
            {
                y[i] = (x[i] - m) / Math.Sqrt(v + epsilon) * weight[c] + bias[c];
                if (relu) y[i] = Math.Max(0, y[i]);
            }
        }
        return y;
    }

    /// <summary>The gradients of x, weight and bias.</summary>
    public static double[]?[] BatchNormBackward(
        double[] x, double[] weight, double[] bias, double[] dy, int channels, int plane, double epsilon, bool relu,
        double[]? mean = null, double[]? variance = null)
    {
        double[] y = BatchNorm(x, weight, bias, channels, plane, epsilon, relu, mean, variance);
        double[] dx = new double[x.Length], dweight = new double[channels], dbias = new double[channels];
        for (int c = 0; c < channels; c++)
        {
            (double m, double v) = mean is null ? Moments(x, channels, plane, c) : (mean[c], variance![c]);
            double deviation = Math.Sqrt(v + epsilon), count = x.Length / channels;
            double G(int i) => relu && !(y[i] > 0) ? 0 : dy[i];
            foreach (int i in Channel(x.Length, channels, plane, c))
            {
                dbias[c] += G(i);
                dweight[c] += G(i) * (x[i] - m) / deviation;
            }
            foreach (int i in Channel(x.Length, channels, plane, c))
            {
                double g = G(i);
                if (mean is null) g -= dbias[c] / count + (x[i] - m) / deviation * dweight[c] / count;
                dx[i] = g * weight[c] / deviation;
            }
        }
        return [dx, dweight, dbias, null, null];
    }

    /// <summary>Mean and biased variance of a channel.</summary>
    public static (double Mean, double Variance) Moments(double[] x, int channels, int plane, int c)
    {
        double[] values = [.. Channel(x.Length, channels, plane, c).Select(i => x[i])];
        double mean = values.Average();
        return (mean, values.Average(v => (v - mean) * (v - mean)));
    }

    /// <summary>y = x / (k + alpha / size * sum of squares of neighbouring channels) ^ beta.</summary>
    public static double[] LocalResponseNorm(
        double[] x, int channels, int plane, int size, double alpha, double beta, double k)
    {
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
            y[i] = x[i] * Math.Pow(Scale(x, i, channels, plane, size, alpha, k), -beta);
        return y;
    }

    public static double[] LocalResponseNormBackward(
        double[] x, double[] dy, int channels, int plane, int size, double alpha, double beta, double k)
    {
        double[] dx = new double[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            double s = Scale(x, i, channels, plane, size, alpha, k);
            dx[i] += dy[i] * Math.Pow(s, -beta);
            // ds / dx[j] = 2 * alpha / size * x[j] for each neighbour j of i.
            foreach (int j in Neighbours(i, channels, plane, size))
                dx[j] += dy[i] * x[i] * -beta * Math.Pow(s, -beta - 1) * 2 * alpha / size * x[j];
        }
        return dx;
    }

    /// <summary>Rows of x (N, width) divided by max(norm, epsilon).</summary>
    public static double[] L2Normalize(double[] x, int width, double epsilon)
    {
        double[] y = new double[x.Length];
        for (int i = 0; i < x.Length; i++) y[i] = x[i] / Math.Max(Norm(x, i / width, width), epsilon);
        return y;
    }

    /// <summary>(dy - y (y . dy)) / norm; 0 for rows shorter than epsilon.</summary>
    public static double[] L2NormalizeBackward(double[] x, double[] dy, int width, double epsilon)
    {
        double[] y = L2Normalize(x, width, epsilon), dx = new double[x.Length];
        for (int n = 0; n < x.Length / width; n++)
        {
            double norm = Norm(x, n, width), along = 0;
            if (norm < epsilon) continue;
            for (int i = n * width; i < (n + 1) * width; i++) along += y[i] * dy[i];
            for (int i = n * width; i < (n + 1) * width; i++) dx[i] = (dy[i] - y[i] * along) / norm;
        }
        return dx;
    }

    static double Norm(double[] x, int row, int width)
    {
        double squares = 0;
        for (int i = row * width; i < (row + 1) * width; i++) squares += x[i] * x[i];
        return Math.Sqrt(squares);
    }

    static double Scale(double[] x, int i, int channels, int plane, int size, double alpha, double k) =>
        k + alpha / size * Neighbours(i, channels, plane, size).Sum(j => x[j] * x[j]);

    static IEnumerable<int> Neighbours(int i, int channels, int plane, int size)
    {
        int c = i / plane % channels;
        for (int other = c - size / 2; other <= c + (size - 1) / 2; other++)
            if (other >= 0 && other < channels) yield return i + (other - c) * plane;
    }

    static IEnumerable<int> Channel(int length, int channels, int plane, int c)
    {
        for (int n = 0; n < length / (channels * plane); n++)
            for (int i = 0; i < plane; i++) yield return (n * channels + c) * plane + i;
    }
}
