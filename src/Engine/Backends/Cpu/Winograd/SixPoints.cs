using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>The interpolation points 0, 1, -1, 2, -2 and infinity: what all forms over tiles of 6 x 6 share.</summary>
static unsafe class SixPoints
{
    public const int Count = 6;

    /// <summary>One dimension of the input's transform B' d.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Input<V>(V d0, V d1, V d2, V d3, V d4, V d5, float* to, nint toStep)
        where V : unmanaged, ITileVector<V>
    {
        V four = V.Create(4), minusFour = V.Create(-4), minusFive = V.Create(-5), two = V.Create(2);
        V even = V.MultiplyAdd(minusFour, d2, d4), odd = V.MultiplyAdd(minusFour, d1, d3);
        V even2 = d4 - d2, odd2 = two * (d3 - d1);
        V first = V.MultiplyAdd(four, d0, V.MultiplyAdd(minusFive, d2, d4));
        V last = V.MultiplyAdd(four, d1, V.MultiplyAdd(minusFive, d3, d5));
        Store(first, even, odd, even2, odd2, last, to, toStep);
    }

    /// <summary>
    /// Writes a polynomial's values at the six points. Those at 1 and -1 are sum and difference of its even and its odd
    /// part there, and so are those at 2 and -2.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<V>(V at0, V even, V odd, V even2, V odd2, V atInfinity, float* to, nint toStep)
        where V : unmanaged, ITileVector<V>
    {
        V.Store(at0, to);
        V.Store(even + odd, to + toStep);
        V.Store(even - odd, to + 2 * toStep);
        V.Store(even2 + odd2, to + 3 * toStep);
        V.Store(even2 - odd2, to + 4 * toStep);
        V.Store(atInfinity, to + 5 * toStep);
    }
}
