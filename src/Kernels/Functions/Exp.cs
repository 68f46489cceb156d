namespace TripletGpu.Kernels.Functions;

/// <summary>y = e^x.</summary>
public readonly struct Exp : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x) => MathF.Exp(x);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => dy * y;

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Exp(x);

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => dy * y;
}
