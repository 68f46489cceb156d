using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// How the filters of a product lie in a convolution's weight (K, C, R, S): those of the forward pass, or those that
/// compute the input's gradient from dy, with channels swapped and taps turned round.
/// </summary>
/// <param name="Filters">Output channels of the product: its lanes.</param>
/// <param name="Channels">Input channels of the product.</param>
/// <param name="LaneStep">Floats from a filter's tap to the same one of the next filter.</param>
/// <param name="DepthStep">Floats from an input channel's tap to the same one of the next channel.</param>
/// <param name="Taps">Taps of a channel in the weight.</param>
/// <param name="Order">The taps that take part, in the product's order.</param>
readonly record struct FilterOrder(
    int Filters, int Channels, int LaneStep, int DepthStep, int Taps, int[] Order)
{
    /// <summary>The filters of the forward pass.</summary>
    public static FilterOrder Forward(in ConvolutionShape d) => new(
        d.K, d.C, d.C * d.R * d.S, d.R * d.S, d.R * d.S, [.. Enumerable.Range(0, d.R * d.S)]);

    /// <summary>The rows of a matrix: filters of one tap.</summary>
    public static FilterOrder Of(int rows, int columns) => new(rows, columns, columns, 1, 1, [0]);

    /// <summary>The filters that compute the input's gradient.</summary>
    /// <param name="d">The convolution.</param>
    /// <param name="order">The taps that take part, in their order.</param>
    public static FilterOrder Backward(in ConvolutionShape d, int[] order) =>
        new(d.C, d.K, d.R * d.S, d.C * d.R * d.S, d.R * d.S, order);
}
