using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends;

/// <summary>
/// Convolutions whose maps lie in blocks of channels, [image][block][pixel][channel of the block]: a plan lets its
/// convolutions hand each other maps in the form that they compute in, and turns what goes in and comes out.
/// </summary>
public interface IBlockedConvolution
{
    /// <summary>Channels of a block.</summary>
    int Channels { get; }

    /// <summary>Whether it computes a convolution of these extents.</summary>
    bool Takes(in ConvolutionShape dims);

    /// <summary>The weight in the backend's own form, as <see cref="IConvolution.Prepare"/> gives it.</summary>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="dims">The convolution's extents.</param>
    IPackedWeight Prepare(Tensor weight, in ConvolutionShape dims);

    /// <summary>y = relu?(conv(x, weight) + bias? + residual?).</summary>
    /// <param name="x">(N, C, H, W) in blocks.</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="bias">(K), or null.</param>
    /// <param name="residual">(N, K, P, Q) in blocks, or null.</param>
    /// <param name="y">(N, K, P, Q) in blocks.</param>
    /// <param name="dims">The convolution's extents, as <see cref="Takes"/> allows.</param>
    /// <param name="relu">Whether negative results become 0.</param>
    void Forward(
        Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionShape dims, bool relu);
}
