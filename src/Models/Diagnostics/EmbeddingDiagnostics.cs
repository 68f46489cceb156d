namespace TripletGpu.Models.Diagnostics;

/// <summary>
/// Is a batch of embeddings healthy? A loss alone does not tell: when all embeddings have become one point, strict
/// rules find no triplet and report 0, as if all were solved, and the others report exactly the margin.
/// </summary>
public static class EmbeddingDiagnostics
{
    // Of the largest spread that embeddings of the same lengths could have.
    const double CollapsedShare = 0.01;

    /// <summary>
    /// The mean squared distance of two rows (all ordered pairs, equal ones included):
    /// <c>2 (mean ||e||^2 - ||mean e||^2)</c>, on the sphere <c>2 (1 - ||mean e||^2)</c>.
    /// </summary>
    /// <param name="embeddings">Row by row.</param>
    /// <param name="dimension">The width of a row.</param>
    public static double Spread(ReadOnlySpan<float> embeddings, int dimension)
    {
        double[] mean = Mean(embeddings, dimension);
        double variance = 0;
        for (int start = 0; start < embeddings.Length; start += dimension)
            for (int k = 0; k < dimension; k++)
            {
                double difference = embeddings[start + k] - mean[k];
                variance += difference * difference;
            }
        return 2 * variance / (embeddings.Length / dimension);
    }

    /// <summary>
    /// The 5th and the 95th percentile of the rows' lengths, interpolated. Taken before normalisation: lengths that run
    /// to 0 or to very large values make the gradient through the normalisation explode or vanish.
    /// </summary>
    public static (float P05, float P95) NormPercentiles(ReadOnlySpan<float> embeddings, int dimension)
    {
        double[] lengths = new double[embeddings.Length / dimension];
        for (int i = 0; i < lengths.Length; i++)
        {
            foreach (float v in embeddings.Slice(i * dimension, dimension)) lengths[i] += (double)v * v;
            lengths[i] = Math.Sqrt(lengths[i]);
        }
        Array.Sort(lengths);
        return ((float)Percentile(lengths, 0.05), (float)Percentile(lengths, 0.95));
    }

    /// <summary>
    /// How many directions the embeddings use: <c>exp(-sum p log p)</c> of the singular values of the centred rows,
    /// each divided by their sum (Roy and Vetterli, 2007). Between 1 and min(N - 1, D), because centring takes one
    /// direction: of few rows the figure is small however well they are spread. 0 where all rows are equal.
    /// </summary>
    public static double EffectiveRank(ReadOnlySpan<float> embeddings, int dimension)
    {
        int n = embeddings.Length / dimension;
        double[] mean = Mean(embeddings, dimension);
        double[,] products = new double[dimension, dimension];
        double[] row = new double[dimension];
        double largest = 0;
        for (int i = 0; i < n; i++)
        {
            for (int k = 0; k < dimension; k++) row[k] = embeddings[i * dimension + k] - mean[k];
            for (int j = 0; j < dimension; j++)
            {
                largest = Math.Max(largest, Math.Abs(embeddings[i * dimension + j]));
                for (int k = 0; k <= j; k++) products[j, k] += row[j] * row[k];
            }
        }
        double[] singular = SymmetricEigenvalues.Of(products);
        // What centring equal rows leaves is rounding, not a direction.
        double floor = n * dimension * Math.Pow(1e-7 * largest, 2);
        double sum = 0;
        for (int k = 0; k < dimension; k++)
        {
            singular[k] = singular[k] > floor ? Math.Sqrt(singular[k]) : 0;
            sum += singular[k];
        }
        if (sum == 0) return 0;
        double entropy = 0;
        foreach (double s in singular)
            if (s > 0) entropy -= s / sum * Math.Log(s / sum);
        return Math.Exp(entropy);
    }

    /// <summary>One sentence where the embeddings have collapsed, with what to try; null where they have not.</summary>
    /// <param name="embeddings">As the loss sees them, row by row.</param>
    /// <param name="dimension">The width of a row.</param>
    /// <param name="effectiveRank">Of the same rows, where it is known.</param>
    public static string? Verdict(ReadOnlySpan<float> embeddings, int dimension, double? effectiveRank = null)
    {
        int n = embeddings.Length / dimension;
        if (n < 2) return null;
        double spread = Spread(embeddings, dimension), squares = 0;
        foreach (float v in embeddings) squares += (double)v * v;
        if (!double.IsFinite(squares))
            return "The embeddings hold NaN or infinity: lower the learning rate, and check the input for values that"
                + " are not finite.";
        if (spread <= CollapsedShare * 2 * squares / n)
            return $"The embedding has collapsed: the mean squared distance of two rows is {spread:G3}, almost one"
                + " point; lower the learning rate or warm it up, and train with the semihard rule before a harder"
                + " one.";
        if (effectiveRank < 2 && Math.Min(n - 1, dimension) >= 8)
            return $"The embedding has collapsed onto a line: its effective rank is {effectiveRank:F1} of"
                + $" {Math.Min(n - 1, dimension)}; lower the learning rate, and take more classes a batch.";
        return null;
    }

    static double[] Mean(ReadOnlySpan<float> embeddings, int dimension)
    {
        double[] mean = new double[dimension];
        for (int start = 0; start < embeddings.Length; start += dimension)
            for (int k = 0; k < dimension; k++) mean[k] += embeddings[start + k];
        for (int k = 0; k < dimension; k++) mean[k] /= embeddings.Length / dimension;
        return mean;
    }

    static double Percentile(double[] sorted, double share)
    {
        if (sorted.Length == 0) return double.NaN;
        double position = share * (sorted.Length - 1);
        int below = (int)position, above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
    }
}
