using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Normalization;

/// <summary>
/// What local response norm divides by, s^beta, with s = k + alpha / size * the sum of squares.
/// </summary>
/// <param name="size">Channels of the sum.</param>
/// <param name="alpha">Weight of the mean square.</param>
/// <param name="beta">Exponent.</param>
/// <param name="k">Offset.</param>
readonly unsafe struct ResponseCurve<V>(int size, float alpha, float beta, float k) where V : struct, ICpuVector<V>
{
    readonly float share = alpha / size, beta = beta, k = k;

    /// <summary>The derivative of y in a channel of the sum is this times x * y / s.</summary>
    public float Slope { get; } = -2 * alpha * beta / size;

    /// <summary>s.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Scale(V squares) => V.MultiplyAdd(squares, V.Create(share), V.Create(k));

    /// <summary>x / s^beta.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Divide(V x, V s) => beta == 0.75f ? x / V.Sqrt(s * V.Sqrt(s)) : x * InversePower(s);

    /// <summary>1 / s^(beta + 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Power(V s) => beta == 0.75f ? V.Create(1) / (s * V.Sqrt(s * V.Sqrt(s))) : InversePower(s) / s;

    /// <summary>s^-beta for any beta.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    V InversePower(V s)
    {
        float* lanes = stackalloc float[V.Count];
        V.Store(s, lanes);
        for (int i = 0; i < V.Count; i++) lanes[i] = MathF.Pow(lanes[i], -beta);
        return V.Load(lanes);
    }
}
