using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Convolution;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// y = maxpool(relu(conv(x, w) + b)): a convolution of stride 1 under a max pool of 2 x 2 windows with stride 2, in one
/// pass that never stores the full map. An odd last line or column of it is left out, the first of equal maxima gets
/// the gradient, and a window whose maximum is not positive passes none: as in PyTorch.
/// </summary>
/// <param name="Padding">Zeros on each side of x.</param>
/// <param name="KeepsIndex">
/// Whether it is kept which pixel of each window was the maximum, for the backward pass.
/// </param>
public sealed record Conv2dReluMaxPool(int Padding = 0, bool KeepsIndex = true) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 4, "the input (N, C, H, W)");
        Check.Rank(this, x[1], 4, "the weight (K, C, R, S)");
        Check.That(x[0][1] == x[1][1], this,
            $"input has {x[0][1]} channels but the weight expects {x[1][1]}: input {x[0]}, weight {x[1]}");
        Check.That(x[2].Rank == 1 && x[2][0] == x[1][0], this,
            $"the bias must have one element for each of the {x[1][0]} filters: bias {x[2]}, weight {x[1]}");
        Check.That(x[0].Product(1, 4) > 0, this, $"the input has no values: {x[0]}");
        Check.That(Padding >= 0, this, $"the padding is negative: {Padding}");
        ConvolutionShape d = Over(x[0], x[1]);
        Check.That(d is { P: >= 2, Q: >= 2 }, this,
            $"the convolution gives {d.P} x {d.Q} pixels, but a window of the pool has 2 x 2:"
            + $" input {x[0]}, weight {x[1]}, padding {Padding}");
        return new Shape(d.N, d.K, d.P / 2, d.Q / 2);
    }

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) =>
        KeepsIndex ? [new(new Shape(IConvolution.MaxPoolIndexCount(Over(x[0], x[1]))), ElementType.Int32)] : [];

    /// <summary>
    /// Those of the whole convolution, as layer tables count it; pixels that no window takes are not computed.
    /// </summary>
    public override long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y)
    {
        ConvolutionShape d = Over(x[0], x[1]);
        return (long)d.N * d.K * d.Pixels * d.Taps;
    }

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <summary>None that would be turned: x is read in planes and in blocks.</summary>
    internal override bool IsMap(int input, ReadOnlySpan<Shape> x) => false;

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) =>
        x[0].Count > 0 ? on.Convolution.PooledChannelBlock(Over(x[0], x[1])) : 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        ConvolutionShape d = Over(x[0].Shape, x[1].Shape);
        if (KeepsIndex) on.Convolution.ForwardReluMaxPool(x[0], x[1], x[2], y, extras[0], d);
        else on.Convolution.ForwardReluMaxPoolAlone(x[0], x[1], x[2], y, d);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Convolution.BackwardReluMaxPool(
            x[0], x[1], extras[0], dy, dx[0], dx[1], dx[2], Over(x[0].Shape, x[1].Shape));

    ConvolutionShape Over(Shape x, Shape weight) => new ConvolutionGeometry(stride: 1, Padding).Over(x, weight);
}

public static partial class TensorOps
{
    /// <summary>
    /// A convolution of stride 1 with bias, then ReLU, then max pool over 2 x 2 windows, fused; (N, C, H, W) gives
    /// (N, K, P, Q) with P and Q half the convolution's extents, rounded down.
    /// </summary>
    /// <param name="x">(N, C, H, W).</param>
    /// <param name="weight">(K, C, R, S).</param>
    /// <param name="bias">(K).</param>
    /// <param name="padding">Zeros on each side of x.</param>
    /// <exception cref="ShapeException">
    /// The shapes do not fit, or the convolution gives less than 2 x 2 pixels.
    /// </exception>
    public static Tensor Conv2dReluMaxPool(this Tensor x, Tensor weight, Tensor bias, int padding = 0) =>
        new Conv2dReluMaxPool(padding).Apply(x, weight, bias);
}
