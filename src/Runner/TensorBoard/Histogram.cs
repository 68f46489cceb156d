namespace TripletGpu.Runner.TensorBoard;

/// <summary>How often values lie where, in buckets of one width.</summary>
sealed class Histogram
{
    const int Buckets = 60;

    /// <summary>Counts values.</summary>
    /// <param name="values">At least one, all finite.</param>
    public Histogram(ReadOnlySpan<float> values)
    {
        (Min, Max) = (double.PositiveInfinity, double.NegativeInfinity);
        foreach (float value in values)
        {
            (Min, Max) = (Math.Min(Min, value), Math.Max(Max, value));
            Sum += value;
            SumOfSquares += (double)value * value;
        }
        Count = values.Length;
        // Values that are all equal make one bucket of them.
        double width = Max > Min ? (Max - Min) / Buckets : Math.Max(1e-6, Math.Abs(Max) * 1e-6);
        for (int i = 0; i < Buckets; i++) Limits[i] = Min + (i + 1) * width;
        foreach (float value in values) Counts[Math.Clamp((int)((value - Min) / width), 0, Buckets - 1)]++;
    }

    /// <summary>The least value.</summary>
    public double Min { get; }

    /// <summary>The largest.</summary>
    public double Max { get; }

    /// <summary>How many there are.</summary>
    public double Count { get; }

    /// <summary>What they add up to.</summary>
    public double Sum { get; }

    /// <summary>What their squares add up to.</summary>
    public double SumOfSquares { get; }

    /// <summary>The upper end of each bucket.</summary>
    public double[] Limits { get; } = new double[Buckets];

    /// <summary>The values in each.</summary>
    public double[] Counts { get; } = new double[Buckets];
}
