using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>F(2 x 2, 5 x 5): 36 products for 4 outputs instead of 100.</summary>
readonly unsafe struct F2x2Of5x5 : IWinogradForm
{
    public static int Outputs => 2;

    public static int Taps => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Filter<V>(V* g, int step, float* to, nint toStep)
    {
        V a = g[0], b = g[step], c = g[2 * step], d = g[3 * step], e = g[4 * step];
        V sixth = V.Create(-1f / 6), part = V.Create(1f / 24);
        V even = sixth * (a + c + e), odd = sixth * (b + d);
        V even2 = part * V.MultiplyAdd(V.Create(16), e, V.MultiplyAdd(V.Create(4), c, a));
        V odd2 = part * V.MultiplyAdd(V.Create(8), d, b + b);
        SixPoints.Store(V.Create(0.25f) * a, even, odd, even2, odd2, e, to, toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Output<V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step];
        V.Store(z[0] + (a + b + (c + d)), to);
        V.Store(V.MultiplyAdd(V.Create(2), c - d, a - b + z[5 * step]), to + toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.OutputGradient<V>(V* dy, int step, float* to, nint toStep)
    {
        V a = dy[0], b = dy[step], twice = b + b;
        SixPoints.Store(a, a, b, a, twice, b, to, toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.FilterGradient<V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step], sixth = V.Create(-1f / 6);
        V even = sixth * (a + b), odd = sixth * (a - b);
        V even2 = V.Create(1f / 24) * (c + d), odd2 = V.Create(1f / 12) * (c - d);
        V four = V.Create(4);
        V.Store(V.MultiplyAdd(V.Create(0.25f), z[0], even + even2), to);
        V.Store(odd + odd2, to + toStep);
        V.Store(V.MultiplyAdd(four, even2, even), to + 2 * toStep);
        V.Store(V.MultiplyAdd(four, odd2, odd), to + 3 * toStep);
        V.Store(V.MultiplyAdd(V.Create(16), even2, even + z[5 * step]), to + 4 * toStep);
    }
}
