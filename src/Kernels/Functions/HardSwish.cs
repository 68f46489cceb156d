namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = x min(max(x / 6 + 1/2, 0), 1), a Silu of straight lines (MobileNetV3, arXiv 1905.02244). dx = 0 below -3, dy
/// above 3, between them dy (x / 3 + 1/2), at both ends too (PyTorch's choice).
/// </summary>
public readonly struct HardSwish : IUnaryMath
{
    const float Sixth = 1f / 6f, Third = 1f / 3f;

    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x) => x * MathF.Min(MathF.Max(x * Sixth + 0.5f, 0f), 1f);

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) =>
        x < -3f ? 0f : x > 3f ? dy : dy * (x * Third + 0.5f);

    /// <inheritdoc/>
    public static V Forward<V>(V x) where V : struct, ISimd<V> => x * V.Min(
        V.Max(V.MultiplyAdd(x, V.Create(Sixth), V.Create(0.5f)), V.Create(0)), V.Create(1));

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V>
    {
        V between = dy * V.MultiplyAdd(x, V.Create(Third), V.Create(0.5f));
        V above = V.Select(V.GreaterThan(x, V.Create(3)), dy, between);
        return V.Select(V.GreaterThan(V.Create(-3), x), V.Create(0), above);
    }
}
