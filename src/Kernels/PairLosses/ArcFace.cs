namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// ArcFace (Deng et al., arXiv 1801.07698): cross-entropy over classes of <c>scale cos(theta)</c>, with <c>scale
/// cos(theta + margin)</c> for the own class; theta is the angle between an embedding and the weights of a class.
/// Beyond theta = pi - margin, where that would rise again, <c>scale (cos(theta) - margin sin(margin))</c>, as the
/// authors' code has it. With several weights a class, of which the nearest counts, it is SubCenter-ArcFace (Deng et
/// al., ECCV 2020). The mean over rows.
/// </summary>
/// <param name="Margin">The angle in radians.</param>
/// <param name="Cosine">Its cosine.</param>
/// <param name="Sine">Its sine.</param>
/// <param name="Scale">What cosines are multiplied by.</param>
public readonly record struct ArcFace(float Margin, float Cosine, float Sine, float Scale) : IPairLoss
{
    // sin(theta) is kept from 0, where the derivative of cos(theta + margin) has no limit.
    const float LeastSquaredSine = 1e-6f;

    /// <inheritdoc/>
    public static bool SumsExponentials => true;

    /// <inheritdoc/>
    public static bool ComparesEachPositive => false;

    /// <inheritdoc/>
    public static bool HasTwoParts => false;

    /// <summary>The loss of a margin in radians and a scale.</summary>
    public static ArcFace Of(float margin, float scale) => new(margin, MathF.Cos(margin), MathF.Sin(margin), scale);

    /// <inheritdoc/>
    public float PositiveLogit(float s) =>
        Scale * (s > -Cosine ? s * Cosine - SineOf(s) * Sine : s - Margin * Sine);

    /// <inheritdoc/>
    public float PositiveSlope(float s) => Scale * (s > -Cosine ? Cosine + s / SineOf(s) * Sine : 1f);

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

    static float SineOf(float s) => MathF.Sqrt(MathF.Max(LeastSquaredSine, 1f - s * s));
}
