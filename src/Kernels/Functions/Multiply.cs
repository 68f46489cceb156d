namespace TripletGpu.Kernels.Functions;

/// <summary>y = a b.</summary>
public readonly struct Multiply : IBinaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float a, float b) => a * b;

    /// <inheritdoc/>
    public static float BackwardA(float a, float b, float y, float dy) => dy * b;

    /// <inheritdoc/>
    public static float BackwardB(float a, float b, float y, float dy) => dy * a;

    /// <inheritdoc/>
    public static V Forward<V>(V a, V b) where V : struct, ISimd<V> => a * b;

    /// <inheritdoc/>
    public static V BackwardA<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> => dy * b;

    /// <inheritdoc/>
    public static V BackwardB<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> => dy * a;
}
