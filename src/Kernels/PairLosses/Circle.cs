namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// The circle loss (Sun et al., arXiv 2002.10857): <c>ln(1 + sum e^(gamma a_n (s_n - m)) sum e^(-gamma a_p (s_p - 1 +
/// m)))</c> with the weights a_p = max(0, 1 + m - s_p) and a_n = max(0, s_n + m), constant to the gradient as in the
/// paper. The mean over rows that have positives and negatives.
/// </summary>
/// <param name="Margin">m, the relaxation.</param>
/// <param name="Gamma">The scale.</param>
public readonly record struct Circle(float Margin, float Gamma) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => false;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => -Gamma * MathF.Max(0f, 1f + Margin - s) * (s - 1f + Margin);

    /// <inheritdoc/>
    public float PositiveSlope(float s) => -Gamma * MathF.Max(0f, 1f + Margin - s);

    /// <inheritdoc/>
    public float NegativeLogit(float s) => Gamma * MathF.Max(0f, s + Margin) * (s - Margin);

    /// <inheritdoc/>
    public float NegativeSlope(float s) => Gamma * MathF.Max(0f, s + Margin);

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => true;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => true;

    /// <inheritdoc/>
    public float Count(float positives, float negatives) => positives > 0f && negatives > 0f ? 1f : 0f;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => LogSum.Softplus(p + n);

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => LogSum.Sigmoid(p + n);

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => LogSum.Sigmoid(p + n);

    /// <inheritdoc/>
    public float ByMean(float p) => 0f;

    /// <inheritdoc/>
    public float Second(float n) => 0f;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 0f;
}
