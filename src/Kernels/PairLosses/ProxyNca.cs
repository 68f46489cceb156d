namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// Proxy-NCA (Movshovitz-Attias et al., arXiv 1703.07464): <c>-ln e^(-scale d^2(x, own proxy)) / sum over the others
/// e^(-scale d^2(x, proxy))</c> with d^2 = 2 - 2 s, the mean over rows that have a proxy of another class.
/// </summary>
/// <param name="Scale">What distances are multiplied by; 1 in the paper.</param>
/// <param name="SumsAll">
/// 1: the own proxy is in the denominator too, as in pytorch-metric-learning and in Proxy-NCA++ (Teh et al., arXiv
/// 2004.01113); 0: it is not, as in the paper.
/// </param>
public readonly record struct ProxyNca(float Scale, int SumsAll) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => false;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => Scale * (2f * s - 2f);

    /// <inheritdoc/>
    public float PositiveSlope(float s) => 2f * Scale;

    /// <inheritdoc/>
    public float NegativeLogit(float s) => Scale * (2f * s - 2f);

    /// <inheritdoc/>
    public float NegativeSlope(float s) => 2f * Scale;

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => true;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => true;

    /// <inheritdoc/>
    public float Count(float positives, float negatives) => positives > 0f && negatives > 0f ? 1f : 0f;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => SumsAll != 0 ? LogSum.Softplus(n - p) : n - p;

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => SumsAll != 0 ? -LogSum.Sigmoid(n - p) : -1f;

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => SumsAll != 0 ? LogSum.Sigmoid(n - p) : 1f;

    /// <inheritdoc/>
    public float ByMean(float p) => 0f;

    /// <inheritdoc/>
    public float Second(float n) => 0f;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 0f;
}
