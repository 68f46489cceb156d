using System.Runtime.CompilerServices;

namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = erf(x) = 2 / sqrt(pi) * the integral of e^-t^2 from 0 to x, to about 1 ulp: near 0 an odd polynomial, farther
/// out 1 - e^p(|x|) with another one, so that nothing cancels. dx = dy * 2 / sqrt(pi) * e^-x^2.
/// </summary>
public readonly struct Erf : IUnaryMath
{
    const float Near = 0.927734375f, Slope = 1.128379167f;

    /// <inheritdoc/>
    public static Reads Reads => Reads.Inputs;

    /// <inheritdoc/>
    public static float Forward(float x)
    {
        float size = MathF.Abs(x), square = x * x;
        float near = -5.96761703e-4f;
        near = near * square + 4.99119423e-3f;
        near = near * square - 2.67681349e-2f;
        near = near * square + 1.12819925e-1f;
        near = near * square - 3.76125336e-1f;
        near = near * square + 1.28379166e-1f;
        near = near * x + x;
        float far = (-1.72853470e-5f * size + 3.83197126e-4f) * square + (-3.88396438e-3f * size + 2.42546219e-2f);
        far = far * size - 1.06777877e-1f;
        far = far * size - 6.34846687e-1f;
        far = far * size - 1.28717512e-1f;
        far = 1f - MathF.Exp(far * size - size);
        return size > Near ? x < 0f ? -far : far : near;
    }

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => dy * (Slope * MathF.Exp(-(x * x)));

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, ISimd<V>
    {
        V size = V.Abs(x), square = x * x;
        V near = V.Create(-5.96761703e-4f);
        near = V.MultiplyAdd(near, square, V.Create(4.99119423e-3f));
        near = V.MultiplyAdd(near, square, V.Create(-2.67681349e-2f));
        near = V.MultiplyAdd(near, square, V.Create(1.12819925e-1f));
        near = V.MultiplyAdd(near, square, V.Create(-3.76125336e-1f));
        near = V.MultiplyAdd(near, square, V.Create(1.28379166e-1f));
        near = V.MultiplyAdd(near, x, x);
        V far = V.MultiplyAdd(V.Create(-1.72853470e-5f), size, V.Create(3.83197126e-4f));
        far = V.MultiplyAdd(far, square, V.MultiplyAdd(V.Create(-3.88396438e-3f), size, V.Create(2.42546219e-2f)));
        far = V.MultiplyAdd(far, size, V.Create(-1.06777877e-1f));
        far = V.MultiplyAdd(far, size, V.Create(-6.34846687e-1f));
        far = V.MultiplyAdd(far, size, V.Create(-1.28717512e-1f));
        far = V.Create(1) - V.Exp(V.MultiplyAdd(far, size, -size));
        return V.Select(V.GreaterThan(size, V.Create(Near)), V.CopySign(far, x), near);
    }

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> =>
        dy * (V.Create(Slope) * V.Exp(-(x * x)));
}
