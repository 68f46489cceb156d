namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = x (1 + erf(x / sqrt(2))) / 2, x times the share of a normal distribution below it (Hendrycks and Gimpel, arXiv
/// 1606.08415). dx = dy ((1 + erf(x / sqrt(2))) / 2 + x e^(-x^2 / 2) / sqrt(2 pi)).
/// </summary>
public readonly struct Gelu : IUnaryMath
{
    const float RootOfHalf = 0.707106781f, Density = 0.398942280f;

    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x) => x * (0.5f * Erf.Forward(x * RootOfHalf) + 0.5f);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) =>
        dy * (0.5f * Erf.Forward(x * RootOfHalf) + 0.5f + x * (Density * MathF.Exp(-0.5f * (x * x))));

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => x * Share(x);

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> =>
        dy * V.MultiplyAdd(x, V.Create(Density) * V.Exp(V.Create(-0.5f) * (x * x)), Share(x));

    static V Share<V>(V x) where V : struct, ISimd<V> =>
        V.MultiplyAdd(V.Create(0.5f), Erf.Forward(x * V.Create(RootOfHalf)), V.Create(0.5f));
}
