using TripletGpu.Kernels.PairLosses;
using TripletGpu.Oracle;
using TripletGpu.PairLosses;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// The losses on pairs against their papers' formulas with full matrices. Of the many choices of a large case one flips
/// within any difference: the smaller ones show the derivative.
/// </summary>
public static class PairLossCases
{
    delegate PairRules.Result Rule(PairRules.Pairs x);

    public static IEnumerable<OpCase> Cases =>
    [
        Self(new Contrastive(1.2f), x => PairRules.Contrastive(x, 1.2f), 13, 5),
        Self(new Contrastive(1f), x => PairRules.Contrastive(x, 1), 131, 12, 140) with { IsSmooth = false },
        Self(new NtXent(0.5f), x => PairRules.NtXent(x, 0.5), 13, 5),
        Self(new NtXent(0.07f), x => PairRules.NtXent(x, 0.07f), 70, 16, 133),
        Self(new SupCon(0.5f), x => PairRules.SupCon(x, 0.5), 13, 5),
        Self(new SupCon(0.1f), x => PairRules.SupCon(x, 0.1f), 130, 16),
        Self(new MultiSimilarity(2, 50, 0.5f, 0.1f), x => PairRules.MultiSimilarity(x, 2, 50, 0.5, 0.1f), 13, 5),
        Self(new MultiSimilarity(2, 50, 0.5f, 0.1f), x => PairRules.MultiSimilarity(x, 2, 50, 0.5, 0.1f), 33, 9, 301)
            with { IsSmooth = false },
        Self(new MultiSimilarity(2, 40, 1, -1), x => PairRules.MultiSimilarity(x, 2, 40, 1, null), 29, 7),
        Self(new Circle(0.25f, 32), x => PairRules.Circle(x, 0.25, 32, x.S), 13, 5) with { IsSmooth = false },
        Self(new Circle(0.4f, 80), x => PairRules.Circle(x, 0.4f, 80, x.S), 65, 24) with { IsSmooth = false },
        Classes(ArcFace.Of(0.5f, 16), x => PairRules.ArcFace(x, 0.5, 16), 9, 6, 4),
        Classes(ArcFace.Of(1.2f, 64), x => PairRules.ArcFace(x, 1.2f, 64), 130, 12, 140),
        Classes(ArcFace.Of(0.5f, 16), x => PairRules.ArcFace(x, 0.5, 16), 10, 6, 5, subCenters: 3),
        Classes(new CosFace(0.35f, 16), x => PairRules.CosFace(x, 0.35f, 16), 9, 6, 4),
        Classes(new CosFace(0.35f, 64), x => PairRules.CosFace(x, 0.35f, 64), 21, 33, 10, subCenters: 2),
        Classes(new ProxyNca(1, 1), x => PairRules.ProxyNca(x, 1, true), 11, 6, 5),
        Classes(new ProxyNca(3, 0), x => PairRules.ProxyNca(x, 3, false), 11, 6, 5),
        Anchors(new ProxyAnchor(0.1f, 8), x => PairRules.ProxyAnchor(x, 0.1f, 8), 7, 6, 11),
        Anchors(new ProxyAnchor(0.1f, 32), x => PairRules.ProxyAnchor(x, 0.1f, 32), 40, 12, 150),
    ];

    /// <summary>Rows against columns that begin with places of their own; labels leave some rows alone.</summary>
    static OpCase Self<TLoss>(TLoss loss, Rule rule, int n, int d, int? columns = null)
        where TLoss : unmanaged, IPairLoss
    {
        int m = columns ?? n;
        int[] labels = [.. Enumerable.Range(0, m).Select(j => j == 3 ? 99 : j * 7 % 10 % 4)];
        return Case(loss, rule, labels[..n], labels, d, subCenters: 1, isSelf: true);
    }

    static OpCase Classes<TLoss>(TLoss loss, Rule rule, int n, int d, int classes, int subCenters = 1)
        where TLoss : unmanaged, IPairLoss => Case(
            loss, rule, [.. Enumerable.Range(0, n).Select(i => i * 7 % classes)], [.. Enumerable.Range(0, classes)], d,
            subCenters, isSelf: false);

    /// <summary>Some classes are not in the batch.</summary>
    static OpCase Anchors<TLoss>(TLoss loss, Rule rule, int classes, int d, int n) where TLoss : unmanaged, IPairLoss =>
        Case(
            loss, rule, [.. Enumerable.Range(0, classes)],
            [.. Enumerable.Range(0, n).Select(i => i * i % (classes - 1))],
            d, subCenters: 1, isSelf: false);

    static OpCase Case<TLoss>(
        TLoss loss, Rule rule, int[] rows, int[] columns, int d, int subCenters, bool isSelf)
        where TLoss : unmanaged, IPairLoss
    {
        int n = rows.Length, m = columns.Length;
        return new OpCase(
            $"PairLoss {loss} {n} x {d}, {m} columns of {subCenters}", new PairLoss<TLoss>(loss, isSelf ? 0 : -1),
            [new Shape(n, d), new Shape(m * subCenters, d), new Shape(n), new Shape(m)],
            x => [rule(new(Similarities(x[0], x[1], d, subCenters, out _), rows, columns, isSelf)).Loss],
            (x, dy) =>
            {
                double[,] s = Similarities(x[0], x[1], d, subCenters, out int[,] nearest);
                double[,] slopes = rule(new(s, rows, columns, isSelf)).Slopes;
                double[] da = new double[x[0].Length], db = new double[x[1].Length];
                for (int i = 0; i < n; i++)
                    for (int j = 0; j < m; j++)
                        for (int k = 0; k < d; k++)
                        {
                            da[i * d + k] += dy[0] * slopes[i, j] * x[1][nearest[i, j] * d + k];
                            db[nearest[i, j] * d + k] += dy[0] * slopes[i, j] * x[0][i * d + k];
                        }
                return [da, db, null, null];
            },
            Tolerance.Normalization)
        {
            IntegerInputs = new HashSet<int> { 2, 3 },
            Draw = (i, count, random) => i switch
            {
                0 or 1 => Unit(Values.Normal(count, random), d),
                2 => Array.ConvertAll(rows, l => (double)l),
                _ => Array.ConvertAll(columns, l => (double)l),
            },
        };
    }

    static double[,] Similarities(double[] a, double[] b, int d, int subCenters, out int[,] nearest)
    {
        int n = a.Length / d, m = b.Length / d / subCenters;
        double[,] s = new double[n, m];
        nearest = new int[n, m];
        for (int i = 0; i < n; i++)
            for (int j = 0; j < m; j++)
            {
                s[i, j] = double.NegativeInfinity;
                for (int c = j * subCenters; c < (j + 1) * subCenters; c++)
                {
                    double sum = 0;
                    for (int k = 0; k < d; k++) sum += a[i * d + k] * b[c * d + k];
                    if (sum > s[i, j]) (s[i, j], nearest[i, j]) = (sum, c);
                }
            }
        return s;
    }

    /// <summary>Rows of length 1, rounded to float.</summary>
    static double[] Unit(double[] x, int d)
    {
        for (int i = 0; i < x.Length; i += d)
        {
            double norm = Math.Sqrt(x.Skip(i).Take(d).Sum(v => v * v));
            for (int k = i; k < i + d; k++) x[k] = (float)(x[k] / norm);
        }
        return x;
    }
}
