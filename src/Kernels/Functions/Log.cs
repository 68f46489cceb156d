namespace TripletGpu.Kernels.Functions;

/// <summary>y = ln x. Negative infinity at 0, NaN below.</summary>
public readonly struct Log : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x) => MathF.Log(x);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => dy / x;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Log(x);

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => dy / x;
}
