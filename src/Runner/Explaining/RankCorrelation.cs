namespace TripletGpu.Runner.Explaining;

/// <summary>Spearman's rank correlation: 1 where two lists have the same order, -1 where the opposite one.</summary>
static class RankCorrelation
{
    /// <summary>Of two lists of one length; NaN where one of them has no order, all its values being equal.</summary>
    public static double Of(double[] a, double[] b)
    {
        double[] x = Ranks(a), y = Ranks(b);
        double mean = (x.Length + 1) / 2.0, xy = 0, xx = 0, yy = 0;
        for (int i = 0; i < x.Length; i++)
        {
            xy += (x[i] - mean) * (y[i] - mean);
            xx += (x[i] - mean) * (x[i] - mean);
            yy += (y[i] - mean) * (y[i] - mean);
        }
        return xx > 0 && yy > 0 ? xy / Math.Sqrt(xx * yy) : double.NaN;
    }

    /// <summary>From 1; equals share the mean of their places.</summary>
    static double[] Ranks(double[] values)
    {
        int[] order = [.. Enumerable.Range(0, values.Length)];
        Array.Sort(order, (a, b) => values[a].CompareTo(values[b]));
        double[] ranks = new double[values.Length];
        for (int start = 0; start < order.Length;)
        {
            int end = start + 1;
            while (end < order.Length && values[order[end]] == values[order[start]]) end++;
            for (int i = start; i < end; i++) ranks[order[i]] = (start + 1 + end) / 2.0;
            start = end;
        }
        return ranks;
    }
}
