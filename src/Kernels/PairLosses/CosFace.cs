namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// CosFace (Wang et al., arXiv 1801.09414): cross-entropy over classes of <c>scale cos(theta)</c>, with <c>scale
/// (cos(theta) - margin)</c> for the own class. The mean over rows.
/// </summary>
/// <param name="Margin">What is taken from the own class's cosine.</param>
/// <param name="Scale">What cosines are multiplied by.</param>
public readonly record struct CosFace(float Margin, float Scale) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => false;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => Scale * (s - Margin);

    /// <inheritdoc/>
    public float PositiveSlope(float s) => Scale;

    /// <inheritdoc/>
    public float NegativeLogit(float s) => Scale * s;

    /// <inheritdoc/>
    public float NegativeSlope(float s) => Scale;

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => true;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => true;

    /// <inheritdoc/>
    public float Count(float positives, float negatives) => positives > 0f ? 1f : 0f;

    /// <inheritdoc/>
    public float Value(float p, float n, float mean) => LogSum.Softplus(n - p);

    /// <inheritdoc/>
    public float ByPositive(float p, float n) => -LogSum.Sigmoid(n - p);

    /// <inheritdoc/>
    public float ByNegative(float p, float n) => LogSum.Sigmoid(n - p);

    /// <inheritdoc/>
    public float ByMean(float p) => 0f;

    /// <inheritdoc/>
    public float Second(float n) => 0f;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => 0f;
}
