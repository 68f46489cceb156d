namespace TripletGpu.Support;

/// <summary>
/// The one table of tolerances. A value passes when |actual - expected| is at most <c>Absolute * scale + Relative *
/// |expected|</c>, where scale is the largest magnitude in the expected array: rounding errors grow with the terms of a
/// sum, not with its result.
/// </summary>
public sealed record Tolerance(double Relative, double Absolute)
{
    /// <summary>Copies, maxima, comparisons: nothing is rounded.</summary>
    public static readonly Tolerance Exact = new(0, 0);

    /// <summary>One or a few roundings: elementwise arithmetic.</summary>
    public static readonly Tolerance Elementwise = new(2e-6, 1e-7);

    /// <summary>Polynomial approximations of exp, log, tanh and the like.</summary>
    public static readonly Tolerance Transcendental = new(1e-5, 1e-6);

    /// <summary>Sums of up to some thousands of products.</summary>
    public static readonly Tolerance Sum = new(1e-5, 5e-6);

    /// <summary>Winograd F(4x4, 3x3): its transforms amplify rounding ten times.</summary>
    public static readonly Tolerance Winograd = new(5e-5, 5e-5);

    /// <summary>Sums of products of operands with 10 bits of fraction.</summary>
    public static readonly Tolerance Tf32 = new(1e-3, 1e-3);

    /// <summary>
    /// Sums of products of operands with 7 bits of fraction: rounding changes each by at most 2^-8 of itself, so a
    /// product of two by 2^-7, 8e-3; sums of terms of either sign err less than the largest of them.
    /// </summary>
    public static readonly Tolerance Bfloat16 = new(8e-3, 8e-3);

    /// <summary>A normalisation: a quotient of sums, differentiated.</summary>
    public static readonly Tolerance Normalization = new(5e-5, 2e-5);

    /// <summary>Central differences of the double oracle.</summary>
    public static readonly Tolerance Differences = new(1e-5, 1e-6);

    /// <summary>A block of layers against PyTorch.</summary>
    public static readonly Tolerance Block = new(1e-4, 1e-4);

    /// <summary>A network of fifty layers against PyTorch: batch norm over a few values amplifies rounding.</summary>
    public static readonly Tolerance Network = new(5e-3, 5e-3);

    /// <summary>Losses of five training steps of such a network against PyTorch, relative.</summary>
    public static readonly Tolerance DeepLossCurve = new(1e-3, 1e-4);

    /// <summary>Losses of ten training steps against PyTorch, relative.</summary>
    public static readonly Tolerance LossCurve = new(1e-4, 0);
}
