namespace TripletGpu.Kernels.Functions;

/// <summary>y = |x|. At x = 0 the gradient is 0.</summary>
public readonly struct Abs : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x) => MathF.Abs(x);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => x > 0f ? dy : x < 0f ? -dy : 0f;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Abs(x);

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(V.Abs(x), V.Create(0)), V.Select(V.GreaterThan(x, V.Create(0)), dy, -dy), V.Create(0));
}
