using System.Numerics;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Reports;

/// <summary>
/// t-SNE (van der Maaten and Hinton, 2008): points on a plane whose neighbours are the neighbours in the embedding.
/// Exact, with all pairs: meant for the few thousand points that a page can show. Distances between far clusters mean
/// nothing. The same input gives the same plane.
/// </summary>
public static class NeighbourEmbedding
{
    const double Perplexity = 30;
    const int Iterations = 400, ExaggeratedIterations = 120;
    const float Exaggeration = 12;

    /// <summary>Places <paramref name="count"/> points of <paramref name="width"/> values each on a plane.</summary>
    /// <param name="points">The embedding, row by row.</param>
    /// <param name="count">Rows; at least 1.</param>
    /// <param name="width">Values in a row.</param>
    /// <returns>Horizontal and vertical positions, centred.</returns>
    public static (float[] X, float[] Y) Place(ReadOnlySpan<float> points, int count, int width)
    {
        float[] all = points.ToArray(), x = new float[count], y = new float[count];
        if (count < 3) return (x, y);
        float[] affinities = Affinities(all, count, width);
        Philox random = new(1, Streams.Evaluation);
        for (int i = 0; i < count; i++) (x[i], y[i]) = (1e-2f * random.NextNormal(), 1e-2f * random.NextNormal());
        Descend(affinities, x, y);
        return (x, y);
    }

    /// <summary>
    /// p_ij = (p_j|i + p_i|j) / 2N, with the bandwidth of each row found so that its entropy is log(perplexity).
    /// </summary>
    static float[] Affinities(float[] points, int count, int width)
    {
        float[] p = new float[(long)count * count];
        double target = Math.Log(Math.Min(Perplexity, (count - 1) / 3.0));
        Parallel.For(0, count, i =>
        {
            Span<float> row = p.AsSpan(i * count, count);
            ReadOnlySpan<float> from = points.AsSpan(i * width, width);
            for (int j = 0; j < count; j++) row[j] = SquaredDistance(from, points.AsSpan(j * width, width));
            ToProbabilities(row, i, target);
        });
        for (int i = 0; i < count; i++)
            for (int j = i; j < count; j++)
                p[i * count + j] = p[j * count + i] = (p[i * count + j] + p[j * count + i]) / (2 * count);
        return p;
    }

    static void ToProbabilities(Span<float> row, int self, double targetEntropy)
    {
        float[] distances = row.ToArray();
        double low = 0, high = double.PositiveInfinity, precision = 1;
        for (int attempt = 0; attempt < 60; attempt++)
        {
            double sum = 0, weighted = 0;
            float nearest = float.PositiveInfinity;
            for (int j = 0; j < distances.Length; j++)
                if (j != self) nearest = Math.Min(nearest, distances[j]);
            for (int j = 0; j < distances.Length; j++)
            {
                // Relative to the nearest: the exponential of a far point may vanish, the nearest one's never does.
                double weight = j == self ? 0 : Math.Exp(-precision * (distances[j] - nearest));
                row[j] = (float)weight;
                sum += weight;
                weighted += weight * (distances[j] - nearest);
            }
            for (int j = 0; j < row.Length; j++) row[j] = (float)(row[j] / sum);
            double entropy = Math.Log(sum) + precision * weighted / sum;
            if (Math.Abs(entropy - targetEntropy) < 1e-4) return;
            if (entropy > targetEntropy) low = precision;
            else high = precision;
            precision = double.IsPositiveInfinity(high) ? precision * 2 : (low + high) / 2;
        }
    }

    static void Descend(float[] affinities, float[] x, float[] y)
    {
        int count = x.Length;
        float[] vx = new float[count], vy = new float[count], gainX = new float[count], gainY = new float[count];
        float[] pullX = new float[count], pullY = new float[count], pushX = new float[count], pushY = new float[count];
        double[] mass = new double[count];
        Array.Fill(gainX, 1);
        Array.Fill(gainY, 1);
        float rate = Math.Max(50, count / Exaggeration);
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            Parallel.For(0, count, i => Forces(affinities.AsSpan(i * count, count), x, y, i,
                out pullX[i], out pullY[i], out pushX[i], out pushY[i], out mass[i]));
            double total = 0;
            foreach (double m in mass) total += m;
            float scale = iteration < ExaggeratedIterations ? Exaggeration : 1, repulsion = (float)(1 / total);
            float momentum = iteration < ExaggeratedIterations ? 0.5f : 0.8f;
            for (int i = 0; i < count; i++)
            {
                Move(ref x[i], ref vx[i], ref gainX[i], 4 * (scale * pullX[i] - repulsion * pushX[i]), rate, momentum);
                Move(ref y[i], ref vy[i], ref gainY[i], 4 * (scale * pullY[i] - repulsion * pushY[i]), rate, momentum);
            }
            Centre(x);
            Centre(y);
        }
    }

    /// <summary>Sums over all j of q = 1 / (1 + d^2): attraction p q d, repulsion q^2 d, and q itself.</summary>
    static void Forces(ReadOnlySpan<float> p, float[] x, float[] y, int i,
        out float pullX, out float pullY, out float pushX, out float pushY, out double mass)
    {
        Vector<float> atX = new(x[i]), atY = new(y[i]);
        Vector<float> sumPullX = default, sumPullY = default, sumPushX = default, sumPushY = default, sumMass = default;
        int j = 0;
        for (; j <= x.Length - Vector<float>.Count; j += Vector<float>.Count)
        {
            Vector<float> dx = atX - new Vector<float>(x, j), dy = atY - new Vector<float>(y, j);
            Vector<float> q = Vector<float>.One / (Vector<float>.One + dx * dx + dy * dy);
            Vector<float> pull = new Vector<float>(p[j..]) * q, push = q * q;
            sumPullX += pull * dx;
            sumPullY += pull * dy;
            sumPushX += push * dx;
            sumPushY += push * dy;
            sumMass += q;
        }
        (pullX, pullY, pushX, pushY) = (
            Vector.Sum(sumPullX), Vector.Sum(sumPullY), Vector.Sum(sumPushX), Vector.Sum(sumPushY));
        mass = Vector.Sum(sumMass);
        for (; j < x.Length; j++)
        {
            float dx = x[i] - x[j], dy = y[i] - y[j], q = 1 / (1 + dx * dx + dy * dy);
            pullX += p[j] * q * dx;
            pullY += p[j] * q * dy;
            pushX += q * q * dx;
            pushY += q * q * dy;
            mass += q;
        }
        mass -= 1; // the point itself
    }

    static void Move(ref float position, ref float velocity, ref float gain, float gradient, float rate, float momentum)
    {
        gain = Math.Max(0.01f, gradient > 0 == velocity > 0 ? gain * 0.8f : gain + 0.2f);
        velocity = momentum * velocity - rate * gain * gradient;
        position += velocity;
    }

    static void Centre(float[] values)
    {
        double mean = 0;
        foreach (float value in values) mean += value;
        mean /= values.Length;
        for (int i = 0; i < values.Length; i++) values[i] -= (float)mean;
    }

    static float SquaredDistance(ReadOnlySpan<float> a, ReadOnlySpan<float> b)
    {
        Vector<float> sum = default;
        int i = 0;
        for (; i <= a.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector<float> d = new Vector<float>(a[i..]) - new Vector<float>(b[i..]);
            sum += d * d;
        }
        float total = Vector.Sum(sum);
        for (; i < a.Length; i++) total += (a[i] - b[i]) * (a[i] - b[i]);
        return total;
    }
}
