namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = max(a, b). Where they are equal the whole gradient goes to a, as PyTorch's clamp has it for its input.
/// </summary>
public readonly struct Maximum : IBinaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float a, float b) => MathF.Max(a, b);

    /// <inheritdoc/>
    public static float BackwardA(float a, float b, float y, float dy) => b > a ? 0f : dy;

    /// <inheritdoc/>
    public static float BackwardB(float a, float b, float y, float dy) => b > a ? dy : 0f;

    /// <inheritdoc/>
    public static V Forward<V>(V a, V b) where V : struct, ISimd<V> => V.Max(a, b);

    /// <inheritdoc/>
    public static V BackwardA<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(b, a), V.Create(0), dy);

    /// <inheritdoc/>
    public static V BackwardB<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(b, a), dy, V.Create(0));
}
