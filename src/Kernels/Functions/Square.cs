namespace TripletGpu.Kernels.Functions;

/// <summary>y = x^2.</summary>
public readonly struct Square : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x) => x * x;

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => 2f * x * dy;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => x * x;

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => V.Create(2) * x * dy;
}
