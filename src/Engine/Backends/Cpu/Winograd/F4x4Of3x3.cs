using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>F(4 x 4, 3 x 3): 36 products for 16 outputs instead of 144.</summary>
readonly unsafe struct F4x4Of3x3 : IWinogradForm
{
    public static int Outputs => 4;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Filter<S, V>(V* g, int step, float* to, nint toStep)
    {
        V a = g[0], b = g[step], c = g[2 * step];
        V sixth = S.Create(-1f / 6), even = S.Multiply(sixth, S.Add(a, c)), odd = S.Multiply(sixth, b);
        V even2 = S.MultiplyAdd(S.Create(1f / 24), a, S.Multiply(S.Create(1f / 6), c));
        V odd2 = S.Multiply(S.Create(1f / 12), b);
        S.Store(S.Multiply(S.Create(0.25f), a), to);
        S.Store(S.Add(even, odd), to + toStep);
        S.Store(S.Subtract(even, odd), to + 2 * toStep);
        S.Store(S.Add(even2, odd2), to + 3 * toStep);
        S.Store(S.Subtract(even2, odd2), to + 4 * toStep);
        S.Store(c, to + 5 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Output<S, V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step];
        V sum = S.Add(a, b), difference = S.Subtract(a, b), sum2 = S.Add(c, d), difference2 = S.Subtract(c, d);
        S.Store(S.Add(z[0], S.Add(sum, sum2)), to);
        S.Store(S.MultiplyAdd(S.Create(2), difference2, difference), to + toStep);
        S.Store(S.MultiplyAdd(S.Create(4), sum2, sum), to + 2 * toStep);
        S.Store(S.Add(z[5 * step], S.MultiplyAdd(S.Create(8), difference2, difference)), to + 3 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.OutputGradient<S, V>(V* dy, int step, float* to, nint toStep)
    {
        V a = dy[0], b = dy[step], c = dy[2 * step], d = dy[3 * step];
        V even = S.Add(a, c), odd = S.Add(b, d);
        V even2 = S.MultiplyAdd(S.Create(4), c, a), odd2 = S.MultiplyAdd(S.Create(8), d, S.Add(b, b));
        S.Store(a, to);
        S.Store(S.Add(even, odd), to + toStep);
        S.Store(S.Subtract(even, odd), to + 2 * toStep);
        S.Store(S.Add(even2, odd2), to + 3 * toStep);
        S.Store(S.Subtract(even2, odd2), to + 4 * toStep);
        S.Store(d, to + 5 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.FilterGradient<S, V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step], sixth = S.Create(1f / 6);
        V sum = S.Multiply(sixth, S.Add(a, b)), sum2 = S.Add(c, d);
        S.Store(S.MultiplyAdd(S.Create(0.25f), z[0], S.Subtract(S.Multiply(S.Create(1f / 24), sum2), sum)), to);
        S.Store(S.MultiplyAdd(sixth, S.Subtract(b, a), S.Multiply(S.Create(1f / 12), S.Subtract(c, d))), to + toStep);
        S.Store(S.Add(z[5 * step], S.Subtract(S.Multiply(sixth, sum2), sum)), to + 2 * toStep);
    }
}
