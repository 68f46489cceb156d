namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = a where a is at least 0, elsewhere b a: a ReLU with a slope that is learned (He et al. 2015). At 0 the gradient
/// of a is b dy (PyTorch's choice); NaN stays NaN.
/// </summary>
public readonly struct PRelu : IBinaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float a, float b) => a < 0f ? a * b : a;

    /// <inheritdoc/>
    public static float BackwardA(float a, float b, float y, float dy) => a > 0f ? dy : dy * b;

    /// <inheritdoc/>
    public static float BackwardB(float a, float b, float y, float dy) => a > 0f ? 0f : dy * a;

    /// <inheritdoc/>
    public static V Forward<V>(V a, V b) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(V.Create(0), a), a * b, a);

    /// <inheritdoc/>
    public static V BackwardA<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(a, V.Create(0)), dy, dy * b);

    /// <inheritdoc/>
    public static V BackwardB<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(a, V.Create(0)), V.Create(0), dy * a);
}
