namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// The supervised contrastive loss (Khosla et al., arXiv 2004.11362, its L_out): <c>-1/|P| sum over positives
/// ln e^(s_p / t) / sum over all others e^(s_a / t)</c>, the mean over rows with a positive.
/// </summary>
/// <param name="Temperature">t.</param>
public readonly record struct SupCon(float Temperature) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => false;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => s / Temperature;

    /// <inheritdoc/>
    public float PositiveSlope(float s) => 1f / Temperature;

    /// <inheritdoc/>
    public float NegativeLogit(float s) => s / Temperature;

    /// <inheritdoc/>
    public float NegativeSlope(float s) => 1f / Temperature;

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => true;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => true;

    /// <inheritdoc/>
    public float Count(float positives, float negatives) => positives > 0f ? 1f : 0f;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => LogSum.Add(p, n) - mean;

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => MathF.Exp(p - LogSum.Add(p, n));

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => MathF.Exp(n - LogSum.Add(p, n));

    /// <inheritdoc/>
    public float ByMean(float p) => -1f;

    /// <inheritdoc/>
    public float Second(float n) => 0f;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 0f;
}
