using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Convolution;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// A convolution with a filter for each channel, as MobileNets have it (Howard et al., arXiv 1704.04861):
/// y[n, c] = clip(conv(x[n, c], w[c]) + bias[c]). Inputs in this order: x, weight (C, 1, R, S), bias (C).
/// </summary>
/// <param name="Geometry">How the filters move.</param>
/// <param name="HasBias">Whether a bias follows the weight.</param>
/// <param name="Clip">What a plan clips results to; there is no gradient where it does.</param>
public sealed record DepthwiseConv2d(ConvolutionGeometry Geometry, bool HasBias, ClipRange Clip)
    : Op, IClippedConvolution
{
    bool IClippedConvolution.IsBare => Clip.IsNone;

    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Shape input = x[0], weight = x[1];
        Check.Rank(this, input, 4, "input");
        Check.Rank(this, weight, 4, "weight");
        Check.That(weight[1] == 1 && weight[0] == input[1], this,
            $"{input[1]} channels take a weight of ({input[1]}, 1, ...): input {input}, weight {weight}");
        // What a convolution of one channel with one filter checks.
        Shape one = new Conv2d(Geometry, HasBias: false, HasResidual: false, ClipRange.None).InferShape(
            [input.With(1, 1), weight.With(0, 1)]);
        if (HasBias)
            Check.That(x[2] == new Shape(weight[0]), this, $"bias must be ({weight[0]}), not {x[2]}: weight {weight}");
        return one.With(1, input[1]);
    }

    /// <inheritdoc/>
    public override long MultiplyAdds(ReadOnlySpan<Shape> x, Shape y) => y.Count * x[1].Product(2, 4);

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    internal override bool IsMap(int input, ReadOnlySpan<Shape> x) => input == 0;

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) =>
        given > 0 && x[0][1] % given == 0 ? given : 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        if (y.Count > 0)
            on.Convolution.Depthwise(x[0], x[1], HasBias ? x[2] : null, y, Extents(x[0].Shape, x[1].Shape), Clip);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (!Clip.IsNone) throw new InvalidOperationException("a plan's clipped convolution has no gradient");
        ConvolutionShape d = Extents(x[0].Shape, x[1].Shape);
        if (dx[0].IsNeeded && x[0].Count > 0) on.Convolution.DepthwiseBackwardInput(dy, x[1], dx[0], d);
        if (dx[1].IsNeeded && x[0].Count > 0 && x[1].Count > 0)
            on.Convolution.DepthwiseBackwardWeight(x[0], dy, dx[1], d);
        else if (dx[1] is { IsNeeded: true, Accumulate: false }) on.Memory.Fill(dx[1].Target!, 0);
        if (HasBias && dx[2].IsNeeded) on.Convolution.BackwardBias(dy, dx[2], d);
    }

    Op? IClippedConvolution.WithBias(bool hasResidual, ClipRange clip) =>
        hasResidual ? null : this with { HasBias = true, Clip = clip };

    Op IClippedConvolution.Clipped(ClipRange next) => this with { Clip = Clip.Then(next) };

    /// <summary>All extents; K is C.</summary>
    ConvolutionShape Extents(Shape x, Shape weight) => Geometry.Over(x, weight);
}

public static partial class TensorOps
{
    /// <summary>A convolution of (N, C, H, W) with a filter for each channel.</summary>
    /// <param name="x">Maps.</param>
    /// <param name="weight">(C, 1, R, S).</param>
    /// <param name="geometry">How the filters move.</param>
    /// <param name="bias">(C), or null for none.</param>
    public static Tensor DepthwiseConv2d(
        this Tensor x, Tensor weight, ConvolutionGeometry geometry, Tensor? bias = null)
    {
        DepthwiseConv2d op = new(geometry, bias is not null, ClipRange.None);
        return bias is null ? op.Apply(x, weight) : op.Apply(x, weight, bias);
    }
}
