using TripletGpu.Autograd;
using TripletGpu.Backends;

namespace TripletGpu.Ops;

/// <summary>A convolution that takes a bias for each filter, and clips what it writes, in the same pass.</summary>
interface IClippedConvolution
{
    /// <summary>Whether a bias follows the weight.</summary>
    bool HasBias { get; }

    /// <summary>What results are clipped to.</summary>
    ClipRange Clip { get; }

    /// <summary>Whether nothing but a bias follows the sums.</summary>
    bool IsBare { get; }

    /// <summary>The same with a bias, a map that is added, if any, and clipped; null where it adds no map.</summary>
    Op? WithBias(bool hasResidual, ClipRange clip);

    /// <summary>The same, its results clipped once more.</summary>
    Op Clipped(ClipRange next);
}
