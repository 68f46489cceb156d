using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>F(2 x 2, 5 x 5): 36 products for 4 outputs instead of 100.</summary>
readonly unsafe struct F2x2Of5x5 : IWinogradForm
{
    public static int Outputs => 2;

    public static int Taps => 5;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Filter<S, V>(V* g, int step, float* to, nint toStep)
    {
        V a = g[0], b = g[step], c = g[2 * step], d = g[3 * step], e = g[4 * step];
        V sixth = S.Create(-1f / 6), part = S.Create(1f / 24);
        V even = S.Multiply(sixth, S.Add(S.Add(a, c), e)), odd = S.Multiply(sixth, S.Add(b, d));
        V even2 = S.Multiply(part, S.MultiplyAdd(S.Create(16), e, S.MultiplyAdd(S.Create(4), c, a)));
        V odd2 = S.Multiply(part, S.MultiplyAdd(S.Create(8), d, S.Add(b, b)));
        S.Store(S.Multiply(S.Create(0.25f), a), to);
        S.Store(S.Add(even, odd), to + toStep);
        S.Store(S.Subtract(even, odd), to + 2 * toStep);
        S.Store(S.Add(even2, odd2), to + 3 * toStep);
        S.Store(S.Subtract(even2, odd2), to + 4 * toStep);
        S.Store(e, to + 5 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Output<S, V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step];
        S.Store(S.Add(z[0], S.Add(S.Add(a, b), S.Add(c, d))), to);
        S.Store(S.MultiplyAdd(S.Create(2), S.Subtract(c, d), S.Add(S.Subtract(a, b), z[5 * step])), to + toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.OutputGradient<S, V>(V* dy, int step, float* to, nint toStep)
    {
        V a = dy[0], b = dy[step], twice = S.Add(b, b);
        S.Store(a, to);
        S.Store(S.Add(a, b), to + toStep);
        S.Store(S.Subtract(a, b), to + 2 * toStep);
        S.Store(S.Add(a, twice), to + 3 * toStep);
        S.Store(S.Subtract(a, twice), to + 4 * toStep);
        S.Store(b, to + 5 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.FilterGradient<S, V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step], sixth = S.Create(-1f / 6);
        V even = S.Multiply(sixth, S.Add(a, b)), odd = S.Multiply(sixth, S.Subtract(a, b));
        V even2 = S.Multiply(S.Create(1f / 24), S.Add(c, d)), odd2 = S.Multiply(S.Create(1f / 12), S.Subtract(c, d));
        V four = S.Create(4);
        S.Store(S.MultiplyAdd(S.Create(0.25f), z[0], S.Add(even, even2)), to);
        S.Store(S.Add(odd, odd2), to + toStep);
        S.Store(S.MultiplyAdd(four, even2, even), to + 2 * toStep);
        S.Store(S.MultiplyAdd(four, odd2, odd), to + 3 * toStep);
        S.Store(S.MultiplyAdd(S.Create(16), even2, S.Add(even, z[5 * step])), to + 4 * toStep);
    }
}
