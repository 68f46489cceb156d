namespace TripletGpu.Kernels.Functions;

/// <summary>y = -x.</summary>
public readonly struct Negate : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Nothing;

    /// <inheritdoc/>
    public static float Forward(float x) => -x;

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => -dy;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => -x;

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => -dy;
}
