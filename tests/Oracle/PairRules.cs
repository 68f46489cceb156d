namespace TripletGpu.Oracle;

/// <summary>
/// The losses on pairs as their papers state them, in double, from a full matrix of similarities: the value, and its
/// derivatives by each similarity, sums written out.
/// </summary>
public static class PairRules
{
    /// <summary>A loss, dL/ds of every pair, and what its one or two sums are to be divided by.</summary>
    public sealed record Result(double Loss, double[,] Slopes, Counts Counts);

    /// <summary>What counts among some rows: two where a loss has two parts.</summary>
    public readonly record struct Counts(double First, double Second);

    /// <summary>Similarities and who is whose positive or negative.</summary>
    public sealed record Pairs(double[,] S, int[] Rows, int[] Columns, bool IsSelf)
    {
        /// <summary>The column that is row 0 itself, of a run of rows.</summary>
        public int FirstRow { get; init; }

        /// <summary>What sums are divided by instead of what these rows count: of a run of rows.</summary>
        public Counts? Divisors { get; init; }

        /// <summary>Rows and columns.</summary>
        public (int N, int M) Size => (Rows.Length, Columns.Length);

        /// <summary>The columns of a row's class.</summary>
        public int[] Positives(int i) =>
            [.. Enumerable.Range(0, Columns.Length).Where(j => Columns[j] == Rows[i] && !IsItself(i, j))];

        /// <summary>Whether a column is the row itself.</summary>
        public bool IsItself(int i, int j) => IsSelf && FirstRow + i == j;

        /// <summary>The columns of other classes.</summary>
        public int[] Negatives(int i) => [.. Enumerable.Range(0, Columns.Length).Where(j => Columns[j] != Rows[i])];
    }

    /// <summary>
    /// Hadsell et al. 2006: mean of d^2 / 2 over positives and of (margin - d)^2 / 2 over near negatives.
    /// </summary>
    public static Result Contrastive(Pairs x, double margin)
    {
        List<(int I, int J)> positives = [], near = [];
        for (int i = 0; i < x.Rows.Length; i++)
        {
            positives.AddRange(x.Positives(i).Select(j => (i, j)));
            near.AddRange(x.Negatives(i).Where(j => Distance(x.S[i, j]) < margin).Select(j => (i, j)));
        }
        double[,] slopes = new double[x.Size.N, x.Size.M];
        double loss = 0;
        Counts counts = new(positives.Count, near.Count), by = x.Divisors ?? counts;
        foreach ((int i, int j) in positives)
        {
            loss += (2 - 2 * x.S[i, j]) / 2 / by.First;
            slopes[i, j] = -1.0 / by.First;
        }
        foreach ((int i, int j) in near)
        {
            double d = Distance(x.S[i, j]);
            loss += (margin - d) * (margin - d) / 2 / by.Second;
            slopes[i, j] = d > 0 ? (margin - d) / d / by.Second : 0;
        }
        return new Result(loss, slopes, counts);

        static double Distance(double s) => Math.Sqrt(Math.Max(0, 2 - 2 * s));
    }

    /// <summary>Chen et al. 2020: each positive against the negatives of its row.</summary>
    public static Result NtXent(Pairs x, double temperature)
    {
        double[,] slopes = new double[x.Size.N, x.Size.M];
        double loss = 0;
        Counts counts = new(Enumerable.Range(0, x.Size.N).Sum(i => x.Positives(i).Length), 0);
        double count = (x.Divisors ?? counts).First;
        for (int i = 0; i < x.Size.N; i++)
            foreach (int p in x.Positives(i))
            {
                int[] all = [p, .. x.Negatives(i)];
                double log = LogSum(all.Select(j => x.S[i, j] / temperature));
                loss += (log - x.S[i, p] / temperature) / count;
                foreach (int j in all) slopes[i, j] += Math.Exp(x.S[i, j] / temperature - log) / temperature / count;
                slopes[i, p] -= 1 / temperature / count;
            }
        return new Result(loss, slopes, counts);
    }

    /// <summary>Khosla et al. 2020, L_out: the mean log-probability of the positives among all others.</summary>
    public static Result SupCon(Pairs x, double temperature)
    {
        int[] rows = [.. Enumerable.Range(0, x.Size.N).Where(i => x.Positives(i).Length > 0)];
        return Rows(x, rows, i =>
        {
            int[] positives = x.Positives(i), all = [.. positives, .. x.Negatives(i)];
            double log = LogSum(all.Select(j => x.S[i, j] / temperature));
            double loss = log - positives.Average(j => x.S[i, j] / temperature);
            return (loss, j => (Math.Exp(x.S[i, j] / temperature - log)
                - (positives.Contains(j) ? 1.0 / positives.Length : 0)) / temperature);
        });
    }

    /// <summary>Wang et al. 2019; epsilon null: without the miner.</summary>
    public static Result MultiSimilarity(Pairs x, double alpha, double beta, double lambda, double? epsilon)
    {
        return Rows(x, [.. Enumerable.Range(0, x.Size.N)], i =>
        {
            int[] positives = x.Positives(i), negatives = x.Negatives(i);
            double least = positives.Select(j => x.S[i, j]).Append(double.PositiveInfinity).Min();
            double most = negatives.Select(j => x.S[i, j]).Append(double.NegativeInfinity).Max();
            if (epsilon is { } e)
            {
                positives = [.. positives.Where(j => x.S[i, j] - e < most)];
                negatives = [.. negatives.Where(j => x.S[i, j] + e > least)];
            }
            double pull = 1 + positives.Sum(j => Math.Exp(-alpha * (x.S[i, j] - lambda)));
            double push = 1 + negatives.Sum(j => Math.Exp(beta * (x.S[i, j] - lambda)));
            return (Math.Log(pull) / alpha + Math.Log(push) / beta,
                j => positives.Contains(j) ? -Math.Exp(-alpha * (x.S[i, j] - lambda)) / pull
                    : negatives.Contains(j) ? Math.Exp(beta * (x.S[i, j] - lambda)) / push : 0);
        });
    }

    /// <summary>
    /// Sun et al. 2020; the weights are those of <paramref name="weightsOf"/>, constant to the slopes.
    /// </summary>
    public static Result Circle(Pairs x, double margin, double gamma, double[,] weightsOf)
    {
        int[] rows = [.. Enumerable.Range(0, x.Size.N)
            .Where(i => x.Positives(i).Length > 0 && x.Negatives(i).Length > 0)];
        return Rows(x, rows, i =>
        {
            int[] positives = x.Positives(i), negatives = x.Negatives(i);
            double p = LogSum(positives.Select(j => -gamma * Pull(j) * (x.S[i, j] - 1 + margin)));
            double n = LogSum(negatives.Select(j => gamma * Push(j) * (x.S[i, j] - margin)));
            double share = 1 / (1 + Math.Exp(-p - n));
            return (Softplus(p + n), j => positives.Contains(j)
                ? -share * gamma * Pull(j) * Math.Exp(-gamma * Pull(j) * (x.S[i, j] - 1 + margin) - p)
                : negatives.Contains(j)
                    ? share * gamma * Push(j) * Math.Exp(gamma * Push(j) * (x.S[i, j] - margin) - n) : 0);

            double Pull(int j) => Math.Max(0, 1 + margin - weightsOf[i, j]);
            double Push(int j) => Math.Max(0, weightsOf[i, j] + margin);
        });
    }

    /// <summary>Deng et al. 2018: the angle to the own class is larger by the margin.</summary>
    public static Result ArcFace(Pairs x, double margin, double scale) => Softmax(
        x, scale,
        s => Math.Acos(s) + margin <= Math.PI ? Math.Cos(Math.Acos(s) + margin) : s - margin * Math.Sin(margin),
        s => Math.Acos(s) + margin <= Math.PI ? Math.Sin(Math.Acos(s) + margin) / Math.Sin(Math.Acos(s)) : 1);

    /// <summary>Wang et al. 2018: the cosine of the own class is less by the margin.</summary>
    public static Result CosFace(Pairs x, double margin, double scale) => Softmax(x, scale, s => s - margin, _ => 1);

    /// <summary>Movshovitz-Attias et al. 2017; with the own proxy in the sum or without.</summary>
    public static Result ProxyNca(Pairs x, double scale, bool sumsAll)
    {
        int[] rows = [.. Enumerable.Range(0, x.Size.N)
            .Where(i => x.Positives(i).Length > 0 && x.Negatives(i).Length > 0)];
        return Rows(x, rows, i =>
        {
            int own = x.Positives(i).Single();
            int[] sum = sumsAll ? [own, .. x.Negatives(i)] : x.Negatives(i);
            double log = LogSum(sum.Select(j => -scale * (2 - 2 * x.S[i, j])));
            return (log + scale * (2 - 2 * x.S[i, own]), j => 2 * scale
                * ((sum.Contains(j) ? Math.Exp(-scale * (2 - 2 * x.S[i, j]) - log) : 0) - (j == own ? 1 : 0)));
        });
    }

    /// <summary>Kim et al. 2020; rows are the proxies.</summary>
    public static Result ProxyAnchor(Pairs x, double margin, double alpha)
    {
        int[] all = [.. Enumerable.Range(0, x.Size.N)], seen = [.. all.Where(i => x.Positives(i).Length > 0)];
        Result pull = Rows(x, seen, i =>
        {
            int[] positives = x.Positives(i);
            double sum = 1 + positives.Sum(j => Math.Exp(-alpha * (x.S[i, j] - margin)));
            return (Math.Log(sum),
                j => positives.Contains(j) ? -alpha * Math.Exp(-alpha * (x.S[i, j] - margin)) / sum : 0);
        });
        Counts? second = x.Divisors is { } both ? new(both.Second, 0) : null;
        Result push = Rows(x with { Divisors = second }, all, i =>
        {
            int[] negatives = x.Negatives(i);
            double sum = 1 + negatives.Sum(j => Math.Exp(alpha * (x.S[i, j] + margin)));
            return (Math.Log(sum),
                j => negatives.Contains(j) ? alpha * Math.Exp(alpha * (x.S[i, j] + margin)) / sum : 0);
        });
        for (int i = 0; i < x.Size.N; i++)
            for (int j = 0; j < x.Size.M; j++) pull.Slopes[i, j] += push.Slopes[i, j];
        return new Result(pull.Loss + push.Loss, pull.Slopes, new(seen.Length, all.Length));
    }

    static Result Softmax(Pairs x, double scale, Func<double, double> own, Func<double, double> slope)
    {
        int[] rows = [.. Enumerable.Range(0, x.Size.N).Where(i => x.Positives(i).Length > 0)];
        return Rows(x, rows, i =>
        {
            int mine = x.Positives(i).Single();
            double log = LogSum(Enumerable.Range(0, x.Size.M).Select(Logit));
            return (log - Logit(mine), j => j == mine
                ? scale * slope(x.S[i, j]) * (Math.Exp(Logit(j) - log) - 1) : scale * Math.Exp(Logit(j) - log));

            double Logit(int j) => scale * (j == mine ? own(x.S[i, j]) : x.S[i, j]);
        });
    }

    /// <summary>The mean of some rows' losses.</summary>
    static Result Rows(Pairs x, int[] rows, Func<int, (double Loss, Func<int, double> Slope)> row)
    {
        double[,] slopes = new double[x.Size.N, x.Size.M];
        double loss = 0;
        Counts counts = new(rows.Length, 0);
        double divisor = (x.Divisors ?? counts).First;
        foreach (int i in rows)
        {
            (double own, Func<int, double> slope) = row(i);
            loss += own / divisor;
            for (int j = 0; j < x.Size.M; j++)
                if (!x.IsItself(i, j)) slopes[i, j] = slope(j) / divisor;
        }
        return new Result(loss, slopes, counts);
    }

    static double LogSum(IEnumerable<double> x)
    {
        double[] values = [.. x];
        if (values.Length == 0) return double.NegativeInfinity;
        double top = values.Max();
        return top + Math.Log(values.Sum(v => Math.Exp(v - top)));
    }

    static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
