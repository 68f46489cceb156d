namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// Proxy-anchor (Kim et al., arXiv 2003.13911): rows are the proxies of the classes and columns the embeddings.
/// <c>ln(1 + sum e^(-alpha (s_p - margin)))</c>, the mean over proxies that have a positive in the batch, plus <c>ln(1
/// + sum e^(alpha (s_n + margin)))</c>, the mean over all proxies.
/// </summary>
/// <param name="Margin">delta.</param>
/// <param name="Alpha">The scale.</param>
public readonly record struct ProxyAnchor(float Margin, float Alpha) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => true;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => -Alpha * (s - Margin);

    /// <inheritdoc/>
    public float PositiveSlope(float s) => -Alpha;

    /// <inheritdoc/>
    public float NegativeLogit(float s) => Alpha * (s + Margin);

    /// <inheritdoc/>
    public float NegativeSlope(float s) => Alpha;

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => true;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => true;

    /// <inheritdoc/>
    public float Count(float positives, float negatives) => positives > 0f ? 1f : 0f;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => LogSum.Softplus(p);

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => LogSum.Sigmoid(p);

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => LogSum.Sigmoid(n);

    /// <inheritdoc/>
    public float ByMean(float p) => 0f;

    /// <inheritdoc/>
    public float Second(float n) => LogSum.Softplus(n);

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 1f;
}
