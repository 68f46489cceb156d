namespace TripletGpu.Kernels.PairLosses;

/// <summary>
/// A loss on the similarities s of pairs, which are cosines where rows have length 1. A row i meets columns j: those of
/// its class are its positives, the others its negatives. With a logit u(s) for positives and v(s) for negatives let
/// <c>P = ln sum e^u</c> and <c>N = ln sum e^v</c> over the columns that the loss takes; the loss of the row is a
/// function of P, N and the mean of u. So one pass over a row's similarities finds what is taken and the largest
/// logits, one sums, and the gradient needs only what they left: no pair is ever stored. The struct holds the settings.
/// </summary>
public interface IPairLoss : IKernelTypeArgument
{
    /// <summary>Whether P and N are logarithms of sums of exponentials; else they are the sums of u and of v.</summary>
    static abstract bool SumsExponentials { get; }

    /// <summary>
    /// Whether each positive stands against all negatives, in a third pass: P is then <c>sum ln(1 + e^(N - u))</c>.
    /// </summary>
    static abstract bool ComparesEachPositive { get; }

    /// <summary>
    /// Whether positives and negatives make up two losses that are reduced each by its own count; else there is one.
    /// </summary>
    static abstract bool HasTwoParts { get; }

    /// <summary>u(s).</summary>
    float PositiveLogit(float s);

    /// <summary>du/ds.</summary>
    float PositiveSlope(float s);

    /// <summary>v(s).</summary>
    float NegativeLogit(float s);

    /// <summary>dv/ds.</summary>
    float NegativeSlope(float s);

    /// <summary>Whether a positive counts, whose row's most similar negative is known.</summary>
    bool TakesPositive(float s, float most);

    /// <summary>Whether a negative counts, whose row's least similar positive is known.</summary>
    bool TakesNegative(float s, float least);

    /// <summary>What the row adds to the divisor of the loss: 0 where it does not count.</summary>
    float Count(float positives, float negatives);

    /// <summary>The loss of a row that counts, from P, N and the mean of u.</summary>
    float Value(float p, float n, float mean);

    /// <summary>The derivative of <see cref="Value"/> by P.</summary>
    float ByPositive(float p, float n);

    /// <summary>Its derivative by N; that of <see cref="Second"/> where there are two parts.</summary>
    float ByNegative(float p, float n);

    /// <summary>Its derivative by the mean of u.</summary>
    float ByMean(float p);

    /// <summary>The loss of the row's negatives, where there are two parts.</summary>
    float Second(float n);

    /// <summary>What the row adds to its divisor.</summary>
    float SecondCount(float negatives);
}
