using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>y = x - ln sum e^x along the last axis: the logarithms of probabilities. dx = dy - e^y * sum dy.</summary>
public sealed record LogSoftmax : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Output;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(x[0].Rank > 0, this, $"there is no last axis: {x[0]}");
        return x[0];
    }

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => y.Rank > 1;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Reduction.LogSoftmax(x[0], y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Reduction.LogSoftmaxBackward(y, dy, dx[0]);
}

public static partial class TensorOps
{
    /// <summary>The logarithm of the softmax along the last axis.</summary>
    public static Tensor LogSoftmax(this Tensor x) => new LogSoftmax().Apply(x);

    /// <summary>e^x / sum e^x along the last axis.</summary>
    public static Tensor Softmax(this Tensor x) => x.LogSoftmax().Exp();
}
