namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = sqrt(x). The gradient at x = 0 is 0: the infinity of the formula would poison every weight before it.
/// </summary>
public readonly struct Sqrt : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x) => MathF.Sqrt(x);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => y > 0f ? 0.5f * dy / y : 0f;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Sqrt(x);

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(y, V.Create(0)), V.Create(0.5f) * dy / y, V.Create(0));
}
