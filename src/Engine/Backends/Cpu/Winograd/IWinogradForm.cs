using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>
/// A Winograd form F(m x m, r x r) over tiles of 6 x 6 input pixels: m + r - 1 = 6, interpolation points 0, 1, -1, 2,
/// -2 and infinity (Lavin and Gray 2015). Each method is one dimension of a transform: it reads vectors <c>step</c>
/// vectors apart and writes vectors <c>toStep</c> floats apart.
/// </summary>
unsafe interface IWinogradForm
{
    /// <summary>m: outputs of a tile along each axis.</summary>
    static abstract int Outputs { get; }

    /// <summary>r: taps of the filter along each axis.</summary>
    static abstract int Taps { get; }

    /// <summary>G g: r taps to 6 points.</summary>
    static abstract void Filter<S, V>(V* g, int step, float* to, nint toStep)
        where S : struct, IVectors<V> where V : unmanaged;

    /// <summary>A' z: 6 points to m outputs.</summary>
    static abstract void Output<S, V>(V* z, int step, float* to, nint toStep)
        where S : struct, IVectors<V> where V : unmanaged;

    /// <summary>A dy: m output gradients to 6 points.</summary>
    static abstract void OutputGradient<S, V>(V* dy, int step, float* to, nint toStep)
        where S : struct, IVectors<V> where V : unmanaged;

    /// <summary>G' z: 6 points to the gradients of r taps.</summary>
    static abstract void FilterGradient<S, V>(V* z, int step, float* to, nint toStep)
        where S : struct, IVectors<V> where V : unmanaged;
}

/// <summary>The input's transform B' d, the same for every form over the same six points.</summary>
static unsafe class WinogradInput
{
    public const int Points = 6;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Transform<S, V>(V d0, V d1, V d2, V d3, V d4, V d5, float* to, nint toStep)
        where S : struct, IVectors<V> where V : unmanaged
    {
        V four = S.Create(4), minusFour = S.Create(-4), minusFive = S.Create(-5), two = S.Create(2);
        V even = S.MultiplyAdd(minusFour, d2, d4), odd = S.MultiplyAdd(minusFour, d1, d3);
        V even2 = S.Subtract(d4, d2), odd2 = S.Multiply(two, S.Subtract(d3, d1));
        S.Store(S.MultiplyAdd(four, d0, S.MultiplyAdd(minusFive, d2, d4)), to);
        S.Store(S.Add(even, odd), to + toStep);
        S.Store(S.Subtract(even, odd), to + 2 * toStep);
        S.Store(S.Add(even2, odd2), to + 3 * toStep);
        S.Store(S.Subtract(even2, odd2), to + 4 * toStep);
        S.Store(S.MultiplyAdd(four, d1, S.MultiplyAdd(minusFive, d3, d5)), to + 5 * toStep);
    }
}
