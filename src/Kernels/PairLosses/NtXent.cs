namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// NT-Xent, the loss of SimCLR (Chen et al., arXiv 2002.05709), which with one positive is InfoNCE (van den Oord et
/// al., arXiv 1807.03748): <c>-ln e^(s_p / t) / (e^(s_p / t) + sum over negatives e^(s_n / t))</c>, the mean over all
/// ordered positive pairs. Other positives of the row are no negatives.
/// </summary>
/// <param name="Temperature">t.</param>
public readonly record struct NtXent(float Temperature) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => true;

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
    public float Count(float positives, float negatives) => positives;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => p;

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => 1f;

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => 1f;

    /// <inheritdoc/>
    public float ByMean(float p) => 0f;

    /// <inheritdoc/>
    public float Second(float n) => 0f;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 0f;
}
