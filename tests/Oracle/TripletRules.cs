namespace TripletGpu.Oracle;

/// <summary>
/// The mining rules as their sources state them: loops over all pairs and negatives, in double. Distances are
/// a full matrix.
/// </summary>
public static class TripletRules
{
    /// <summary>A triplet with its loss; Negative is -1 where there is none.</summary>
    public sealed record Triplet(int Anchor, int Positive, int Negative, double Loss);

    /// <summary>Hard, semi-hard and easy triplets among all.</summary>
    public sealed record Counts(long Hard, long SemiHard, long Easy);

    /// <summary>d(i, j) = sum (e_i - e_j)^2, or its square root.</summary>
    public static double[][] Distances(double[] e, int n, bool isSquared)
    {
        int d = n == 0 ? 0 : e.Length / n;
        double[][] distances = [.. Enumerable.Range(0, n).Select(_ => new double[n])];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < n; j++)
            {
                double sum = 0;
                for (int k = 0; k < d; k++) sum += (e[i * d + k] - e[j * d + k]) * (e[i * d + k] - e[j * d + k]);
                distances[i][j] = isSquared ? sum : Math.Sqrt(sum);
            }
        return distances;
    }

    /// <summary>
    /// TensorFlow Addons: nearest negative strictly farther, else the farthest, else (no negative) distance 0.
    /// </summary>
    public static List<Triplet> SemiHard(double[][] d, int[] labels, double margin)
    {
        List<Triplet> chosen = [];
        foreach ((int a, int p) in Pairs(labels))
        {
            int[] negatives = Negatives(labels, a);
            int n = Nearest(negatives.Where(k => d[a][k] > d[a][p]), d[a]);
            if (n < 0) n = Farthest(negatives, d[a]);
            double distance = n < 0 ? d[a].Min() : d[a][n];
            chosen.Add(new Triplet(a, p, n, Math.Max(0, d[a][p] - distance + margin)));
        }
        return chosen;
    }

    /// <summary>
    /// FaceNet: the nearest negative with d_ap &lt; d_an &lt; d_ap + margin; pairs without one have none and no loss.
    /// </summary>
    public static List<Triplet> FaceNet(double[][] d, int[] labels, double margin)
    {
        List<Triplet> chosen = [];
        foreach ((int a, int p) in Pairs(labels))
        {
            int n = Nearest(Negatives(labels, a).Where(k => d[a][p] < d[a][k] && d[a][k] < d[a][p] + margin), d[a]);
            chosen.Add(new Triplet(a, p, n, n < 0 ? 0 : d[a][p] - d[a][n] + margin));
        }
        return chosen;
    }

    /// <summary>Batch-hard: farthest positive and nearest negative of each anchor that has both.</summary>
    public static List<Triplet> Hard(double[][] d, int[] labels, double margin)
    {
        List<Triplet> chosen = [];
        for (int a = 0; a < labels.Length; a++)
        {
            int p = Farthest(Positives(labels, a), d[a]), n = Nearest(Negatives(labels, a), d[a]);
            if (p >= 0 && n >= 0) chosen.Add(new Triplet(a, p, n, Math.Max(0, d[a][p] - d[a][n] + margin)));
        }
        return chosen;
    }

    /// <summary>
    /// Easy positive: nearest positive of each anchor that has both kinds, and its nearest negative: of all, or of
    /// those strictly farther than the positive; -1 and no loss where there is none.
    /// </summary>
    public static List<Triplet> EasyPositive(double[][] d, int[] labels, double margin, bool isHard)
    {
        List<Triplet> chosen = [];
        for (int a = 0; a < labels.Length; a++)
        {
            int[] negatives = Negatives(labels, a);
            int p = Nearest(Positives(labels, a), d[a]);
            if (p < 0 || negatives.Length == 0) continue;
            int n = Nearest(negatives.Where(k => isHard || d[a][k] > d[a][p]), d[a]);
            chosen.Add(new Triplet(a, p, n, n < 0 ? 0 : Math.Max(0, d[a][p] - d[a][n] + margin)));
        }
        return chosen;
    }

    /// <summary>
    /// How likely distance-weighted sampling (Wu et al. 2017) takes each row as the negative of anchor
    /// <paramref name="a"/>: in proportion to min(1 / q(0.5), 1 / q(d)) where d is below 1.4; evenly where none is.
    /// </summary>
    /// <param name="d">Distances, not squared, of rows of length 1.</param>
    /// <param name="labels">The rows' classes.</param>
    /// <param name="a">The anchor.</param>
    /// <param name="dimension">The elements of a row.</param>
    public static double[] DistanceWeights(double[][] d, int[] labels, int a, int dimension)
    {
        int[] negatives = Negatives(labels, a);
        double[] logarithms = [.. d[a].Select(x => x < 1.4 ? -LogDensity(Math.Max(x, 0.5), dimension) : double.NaN)];
        double most = negatives.Where(n => d[a][n] < 1.4).Select(n => logarithms[n]).DefaultIfEmpty(double.NaN).Max();
        double[] weights = new double[labels.Length];
        foreach (int n in negatives)
            weights[n] = double.IsNaN(most) ? 1 : d[a][n] < 1.4 ? Math.Exp(logarithms[n] - most) : 0;
        double sum = weights.Sum();
        return Array.ConvertAll(weights, w => w / sum);
    }

    /// <summary>ln q(d) = (D - 2) ln d + (D - 3) / 2 ln (1 - d^2 / 4).</summary>
    static double LogDensity(double d, int dimension) =>
        (dimension - 2) * Math.Log(d) + (dimension - 3) / 2.0 * Math.Log(1 - d * d / 4);

    /// <summary>All triplets; with semi-hard or hard ones only if asked.</summary>
    public static List<Triplet> All(
        double[][] d, int[] labels, double margin, bool semiHardOnly = false, bool hardOnly = false)
    {
        List<Triplet> chosen = [];
        foreach ((int a, int p) in Pairs(labels))
            foreach (int n in Negatives(labels, a))
            {
                double gap = d[a][n] - d[a][p];
                if ((semiHardOnly && gap <= 0) || (hardOnly && gap > 0)) continue;
                chosen.Add(new Triplet(a, p, n, Math.Max(0, margin - gap)));
            }
        return chosen;
    }

    /// <summary>
    /// All triplets of an angle, at the negative, above <paramref name="degrees"/> (Wang et al. 2017): its tangent is
    /// half of d_ap by the distance of n from the middle of a and p, which the three sides tell (Apollonius).
    /// </summary>
    public static List<Triplet> Angular(double[][] d, int[] labels, double margin, double degrees, bool isSquared)
    {
        List<Triplet> chosen = [];
        foreach ((int a, int p) in Pairs(labels))
            foreach (int n in Negatives(labels, a))
            {
                double across = Square(d[a][p]), middle = (Square(d[a][n]) + Square(d[p][n])) / 2 - across / 4;
                double angle = Math.Atan2(Math.Sqrt(across), 2 * Math.Sqrt(Math.Max(0, middle)));
                if (angle * 180 / Math.PI > degrees)
                    chosen.Add(new Triplet(a, p, n, Math.Max(0, d[a][p] - d[a][n] + margin)));
            }
        return chosen;

        double Square(double distance) => isSquared ? distance : distance * distance;
    }

    /// <summary>Rows 0 .. m-1 anchors, then positives, then negatives.</summary>
    public static List<Triplet> Explicit(double[][] d, double margin)
    {
        int m = d.Length / 3;
        return [.. Enumerable.Range(0, m).Select(i =>
            new Triplet(i, m + i, 2 * m + i, Math.Max(0, d[i][m + i] - d[i][2 * m + i] + margin)))];
    }

    /// <summary>Over all triplets, whatever the rule.</summary>
    public static Counts Count(double[][] d, int[] labels, double margin)
    {
        long hard = 0, semiHard = 0, easy = 0;
        foreach ((int a, int p) in Pairs(labels))
            for (int n = 0; n < labels.Length; n++)
            {
                if (labels[n] == labels[a]) continue;
                if (d[a][n] <= d[a][p]) hard++;
                else if (d[a][n] < d[a][p] + margin) semiHard++;
                else easy++;
            }
        return new Counts(hard, semiHard, easy);
    }

    /// <summary>
    /// The gradient of the sum of the triplets' losses divided by <paramref name="divisor"/>. At distance 0 the L2
    /// distance has gradient 0.
    /// </summary>
    public static double[] Gradient(double[] e, int n, bool isSquared, IEnumerable<Triplet> triplets, double divisor)
    {
        double[] gradient = new double[e.Length];
        foreach (Triplet t in triplets)
        {
            if (t.Loss <= 0) continue;
            Add(t.Anchor, t.Positive, 1);
            if (t.Negative >= 0) Add(t.Anchor, t.Negative, -1);
        }
        return gradient;

        void Add(int i, int j, double sign)
        {
            int d = e.Length / n;
            double squared = 0;
            for (int k = 0; k < d; k++) squared += (e[i * d + k] - e[j * d + k]) * (e[i * d + k] - e[j * d + k]);
            double factor = isSquared ? 2 : squared > 0 ? 1 / Math.Sqrt(squared) : 0;
            for (int k = 0; k < d; k++)
            {
                double part = sign * factor * (e[i * d + k] - e[j * d + k]) / divisor;
                gradient[i * d + k] += part;
                gradient[j * d + k] -= part;
            }
        }
    }

    static IEnumerable<(int Anchor, int Positive)> Pairs(int[] labels) =>
        from a in Enumerable.Range(0, labels.Length) from p in Positives(labels, a) select (a, p);

    static int[] Positives(int[] labels, int a) =>
        [.. Enumerable.Range(0, labels.Length).Where(k => k != a && labels[k] == labels[a])];

    static int[] Negatives(int[] labels, int a) =>
        [.. Enumerable.Range(0, labels.Length).Where(k => labels[k] != labels[a])];

    static int Nearest(IEnumerable<int> of, double[] d) => of.DefaultIfEmpty(-1).MinBy(k => k < 0 ? 0 : d[k]);

    static int Farthest(IEnumerable<int> of, double[] d) => of.DefaultIfEmpty(-1).MaxBy(k => k < 0 ? 0 : d[k]);
}
