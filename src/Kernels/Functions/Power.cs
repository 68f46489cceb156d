namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = a^b. NaN where a is negative and b no whole number. Derivatives that are infinite at a = 0 are 0 there, as that
/// of <see cref="Sqrt"/>.
/// </summary>
public readonly struct Power : IBinaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs | Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float a, float b) => MathF.Pow(a, b);

    /// <inheritdoc/>
    public static float BackwardA(float a, float b, float y, float dy) =>
        a == 0f && b < 1f ? 0f : dy * b * MathF.Pow(a, b - 1f);

    /// <inheritdoc/>
    public static float BackwardB(float a, float b, float y, float dy) => a == 0f ? 0f : dy * y * MathF.Log(a);

    /// <inheritdoc/>
    public static V Forward<V>(V a, V b) where V : struct, ISimd<V> => V.Power(a, b);

    /// <inheritdoc/>
    public static V BackwardA<V>(V a, V b, V y, V dy) where V : struct, ISimd<V>
    {
        V slope = dy * b * V.Power(a, b - V.Create(1));
        V atZero = V.Select(V.GreaterThan(V.Create(1), b), V.Create(0), slope);
        return V.Select(V.GreaterThan(V.Abs(a), V.Create(0)), slope, atZero);
    }

    /// <inheritdoc/>
    public static V BackwardB<V>(V a, V b, V y, V dy) where V : struct, ISimd<V> =>
        V.Select(V.GreaterThan(V.Abs(a), V.Create(0)), dy * y * V.Log(a), V.Create(0));
}
