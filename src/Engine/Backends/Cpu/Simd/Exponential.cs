using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// e^x to about 1 ulp, and exactly 1 at 0: x = n ln 2 + r with |r| at most ln 2 / 2, then the polynomial of Cephes
/// (expf) for e^r, times 2^n. The runtime's <c>Vector512.Exp</c> goes through double and misses 1 at 0.
/// </summary>
static class Exponential<V> where V : struct, ICpuVector<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of(V x)
    {
        // Beyond these bounds the result is 0 or infinite anyway, and infinities would make r NaN.
        x = V.Min(V.Max(x, V.Create(-104)), V.Create(89));
        V n = V.Round(x * V.Create(1.44269504f));
        V r = V.MultiplyAdd(n, V.Create(-0.693359375f), x); // ln 2 in two parts: the first product is exact
        r = V.MultiplyAdd(n, V.Create(2.12194440e-4f), r);
        V p = V.MultiplyAdd(V.Create(1.9875691500e-4f), r, V.Create(1.3981999507e-3f));
        p = V.MultiplyAdd(p, r, V.Create(8.3334519073e-3f));
        p = V.MultiplyAdd(p, r, V.Create(4.1665795894e-2f));
        p = V.MultiplyAdd(p, r, V.Create(1.6666665459e-1f));
        p = V.MultiplyAdd(p, r, V.Create(5.0000001201e-1f));
        p = V.MultiplyAdd(p * r, r, r) + V.Create(1);
        return V.TimesPowerOf2(p, n);
    }
}
