using TripletGpu.Backends.Cpu.Simd;

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
    static abstract void Filter<V>(V* g, int step, float* to, nint toStep)
        where V : unmanaged, ITileVector<V>;

    /// <summary>A' z: 6 points to m outputs.</summary>
    static abstract void Output<V>(V* z, int step, float* to, nint toStep)
        where V : unmanaged, ITileVector<V>;

    /// <summary>A dy: m output gradients to 6 points.</summary>
    static abstract void OutputGradient<V>(V* dy, int step, float* to, nint toStep)
        where V : unmanaged, ITileVector<V>;

    /// <summary>G' z: 6 points to the gradients of r taps.</summary>
    static abstract void FilterGradient<V>(V* z, int step, float* to, nint toStep)
        where V : unmanaged, ITileVector<V>;
}
