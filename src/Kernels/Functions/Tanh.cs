using System.Runtime.CompilerServices;

namespace TripletGpu.Kernels.Functions;

/// <summary>
/// y = tanh(x): below 0.625 the odd polynomial of Cephes (tanhf), where 1 - 2 / (e^2x + 1) would cancel. Within about
/// 2 ulp on every device, and exactly 1 far out, where the tanh of some OpenCL libraries is not.
/// </summary>
public readonly struct Tanh : IUnaryMath
{
    /// <inheritdoc/>
    public static Reads Reads => Reads.Output;

    /// <inheritdoc/>
    public static float Forward(float x)
    {
        float size = MathF.Abs(x);
        if (size > 0.625f)
        {
            float far = 1f - 2f / (MathF.Exp(size + size) + 1f);
            return x < 0f ? -far : far;
        }
        return NearZero(x); // a NaN comes this way
    }

    /// <summary>tanh x up to 0.625; what <see cref="MathF.Tanh"/> becomes through ILGPU calls it too.</summary>
    public static float NearZero(float x)
    {
        float square = x * x;
        float p = Fused.MultiplyAdd(-5.70498872745e-3f, square, 2.06390887954e-2f);
        p = Fused.MultiplyAdd(p, square, -5.37397155531e-2f);
        p = Fused.MultiplyAdd(p, square, 1.33314422036e-1f);
        p = Fused.MultiplyAdd(p, square, -3.33332819422e-1f);
        return Fused.MultiplyAdd(p * square, x, x);
    }

    /// <inheritdoc/>
    public static float Backward(float x, float y, float dy) => dy * (1f - y * y);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Forward<V>(V x) where V : struct, ISimd<V>
    {
        V size = V.Abs(x), square = x * x;
        V p = V.Create(-5.70498872745e-3f);
        p = V.MultiplyAdd(p, square, V.Create(2.06390887954e-2f));
        p = V.MultiplyAdd(p, square, V.Create(-5.37397155531e-2f));
        p = V.MultiplyAdd(p, square, V.Create(1.33314422036e-1f));
        p = V.MultiplyAdd(p, square, V.Create(-3.33332819422e-1f));
        V near = V.MultiplyAdd(p * square, x, x);
        V far = V.CopySign(V.Create(1) - V.Create(2) / (V.Exp(size + size) + V.Create(1)), x);
        return V.Select(V.GreaterThan(size, V.Create(0.625f)), far, near);
    }

    /// <inheritdoc/>
    public static V Backward<V>(V x, V y, V dy) where V : struct, ISimd<V> => dy * (V.Create(1) - y * y);
}
