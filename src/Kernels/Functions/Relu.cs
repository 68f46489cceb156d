namespace TripletGpu.Kernels.Functions;

/// <summary>y = max(0, x). At x = 0 the gradient is 0 (PyTorch's choice); NaN stays NaN.</summary>
public readonly struct Relu : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x) => MathF.Max(x, 0f);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => y > 0f ? dy : 0f;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Max(x, V.Create(0));

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(y, V.Create(0)), dy, V.Create(0));
}
