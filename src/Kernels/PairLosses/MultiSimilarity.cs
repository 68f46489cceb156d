namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// The multi-similarity loss with its miner (Wang et al., "Multi-similarity loss with general pair weighting for deep
/// metric learning", CVPR 2019): <c>ln(1 + sum e^(-alpha (s_p - base))) / alpha + ln(1 + sum e^(beta (s_n - base))) /
/// beta</c>, the mean over all rows. The miner takes the positives with s_p - epsilon below the most similar negative,
/// and the negatives with s_n + epsilon above the least similar positive; so a row without either has loss 0.
/// </summary>
/// <param name="Alpha">How sharply positives are weighted.</param>
/// <param name="Beta">How sharply negatives are.</param>
/// <param name="Base">The similarity that positives should exceed, and negatives not.</param>
/// <param name="Epsilon">The margin of the miner; negative: every pair is taken.</param>
public readonly record struct MultiSimilarity(float Alpha, float Beta, float Base, float Epsilon) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => false;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => -Alpha * (s - Base);

    /// <inheritdoc/>
    public float PositiveSlope(float s) => -Alpha;

    /// <inheritdoc/>
    public float NegativeLogit(float s) => Beta * (s - Base);

    /// <inheritdoc/>
    public float NegativeSlope(float s) => Beta;

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => Epsilon < 0f || s - Epsilon < most;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => Epsilon < 0f || s + Epsilon > least;

    /// <inheritdoc/>
    public float Count(float positives, float negatives) => 1f;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => LogSum.Softplus(p) / Alpha + LogSum.Softplus(n) / Beta;

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => LogSum.Sigmoid(p) / Alpha;

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => LogSum.Sigmoid(n) / Beta;

    /// <inheritdoc/>
    public float ByMean(float p) => 0f;

    /// <inheritdoc/>
    public float Second(float n) => 0f;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 0f;
}
