namespace TripletGpu.Kernels.Functions;

/// <summary>y = x / (1 + |x|).  dx = dy / (1 + |x|)^2 = dy * (1 - |y|)^2.</summary>
public readonly struct Softsign : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x) => x / (1f + MathF.Abs(x));

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => dy * (1f - MathF.Abs(y)) * (1f - MathF.Abs(y));

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => x / (V.Create(1) + V.Abs(x));

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> =>
        dy * (V.Create(1) - V.Abs(y)) * (V.Create(1) - V.Abs(y));
}
