namespace TripletGpu.Kernels.Functions;

/// <summary>y = 1 where x is positive, -1 where it is negative, x where it is 0 or NaN. The gradient is 0.</summary>
public readonly struct Sign : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Nothing;

    /// <inheritdoc/>
    public static float Forward(float x) => x > 0f ? 1f : x < 0f ? -1f : x;

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => 0f;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Select(
        V.GreaterThan(x, V.Create(0)), V.Create(1), V.Select(V.GreaterThan(V.Create(0), x), V.Create(-1), x));

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => V.Create(0);
}
