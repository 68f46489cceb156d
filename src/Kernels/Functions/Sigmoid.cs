namespace TripletGpu.Kernels.Functions;

/// <summary>y = 1 / (1 + e^-x).</summary>
public readonly struct Sigmoid : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x) => 1f / (1f + MathF.Exp(-x));

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => dy * y * (1f - y);

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => V.Create(1) / (V.Create(1) + V.Exp(-x));

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => dy * y * (V.Create(1) - y);
}
