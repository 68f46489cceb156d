namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = x / (1 + e^-x), x times its sigmoid (Elfwing et al., arXiv 1702.03118; also Swish). With s = 1 / (1 + e^-x):
/// dx = dy s (1 + x (1 - s)).
/// </summary>
public readonly struct Silu : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x) => x / (1f + MathF.Exp(-x));

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy)
    {
        float s = 1f / (1f + MathF.Exp(-x));
        return dy * s * (1f + x * (1f - s));
    }

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => x / (V.Create(1) + V.Exp(-x));

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V>
    {
        V one = V.Create(1), s = one / (one + V.Exp(-x));
        return dy * s * (one + x * (one - s));
    }
}
