namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// The contrastive loss of Hadsell, Chopra and LeCun, "Dimensionality reduction by learning an invariant mapping"
/// (2006): <c>d^2 / 2</c> of a positive pair and <c>max(0, margin - d)^2 / 2</c> of a negative one, with d^2 = 2 - 2 s.
/// The mean over the positive pairs plus the mean over the negative pairs within the margin; at d = 0 a negative has no
/// gradient.
/// </summary>
/// <param name="Margin">From this distance on a negative is far enough.</param>
public readonly record struct Contrastive(float Margin) : IPairLoss
{
    /// <inheritdoc/>
    public static bool SumsExponentials => false;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => true;

    /// <inheritdoc/>
    public float PositiveLogit(float s) => 1f - s;

    /// <inheritdoc/>
    public float PositiveSlope(float s) => -1f;

    /// <inheritdoc/>
    public float NegativeLogit(float s) => Hinge(s) * Hinge(s) * 0.5f;

    /// <inheritdoc/>
    public float NegativeSlope(float s) => Distance(s) > 0f ? Hinge(s) / Distance(s) : 0f;

    /// <inheritdoc/>
    public bool TakesPositive(float s, float most) => true;

    /// <inheritdoc/>
    public bool TakesNegative(float s, float least) => Distance(s) < Margin;

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
    public float Second(float n) => n;

    /// <inheritdoc/>
    public float SecondCount(float negatives) => negatives;

    float Hinge(float s) => MathF.Max(0f, Margin - Distance(s));

    static float Distance(float s) => MathF.Sqrt(MathF.Max(0f, 2f - 2f * s));
}
