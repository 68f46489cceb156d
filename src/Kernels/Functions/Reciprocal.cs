namespace TripletGpu.Kernels.Functions;

/// <summary>y = 1 / x.</summary>
public readonly struct Reciprocal : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x) => 1f / x;

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => -dy * y * y;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Create(1) / x;

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => -dy * y * y;
}
