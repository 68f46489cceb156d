using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>F(4 x 4, 3 x 3): 36 products for 16 outputs instead of 144.</summary>
readonly unsafe struct F4x4Of3x3 : IWinogradForm
{
    public static int Outputs => 4;

    public static int Taps => 3;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Filter<V>(V* g, int step, float* to, nint toStep)
    {
        V a = g[0], b = g[step], c = g[2 * step];
        V sixth = V.Create(-1f / 6), even = sixth * (a + c), odd = sixth * b;
        V even2 = V.MultiplyAdd(V.Create(1f / 24), a, V.Create(1f / 6) * c);
        V odd2 = V.Create(1f / 12) * b;
        SixPoints.Store(V.Create(0.25f) * a, even, odd, even2, odd2, c, to, toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.Output<V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step];
        V sum = a + b, difference = a - b, sum2 = c + d, difference2 = c - d;
        V.Store(z[0] + (sum + sum2), to);
        V.Store(V.MultiplyAdd(V.Create(2), difference2, difference), to + toStep);
        V.Store(V.MultiplyAdd(V.Create(4), sum2, sum), to + 2 * toStep);
        V.Store(z[5 * step] + V.MultiplyAdd(V.Create(8), difference2, difference), to + 3 * toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.OutputGradient<V>(V* dy, int step, float* to, nint toStep)
    {
        V a = dy[0], b = dy[step], c = dy[2 * step], d = dy[3 * step];
        V even = a + c, odd = b + d;
        V even2 = V.MultiplyAdd(V.Create(4), c, a), odd2 = V.MultiplyAdd(V.Create(8), d, b + b);
        SixPoints.Store(a, even, odd, even2, odd2, d, to, toStep);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static void IWinogradForm.FilterGradient<V>(V* z, int step, float* to, nint toStep)
    {
        V a = z[step], b = z[2 * step], c = z[3 * step], d = z[4 * step], sixth = V.Create(1f / 6);
        V sum = sixth * (a + b), sum2 = c + d;
        V.Store(V.MultiplyAdd(V.Create(0.25f), z[0], V.Create(1f / 24) * sum2 - sum), to);
        V.Store(V.MultiplyAdd(sixth, b - a, V.Create(1f / 12) * (c - d)), to + toStep);
        V.Store(z[5 * step] + (sixth * sum2 - sum), to + 2 * toStep);
    }
}
