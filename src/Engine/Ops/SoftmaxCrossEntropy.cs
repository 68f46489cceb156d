using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// The mean over the batch of -log softmax(x[n])[label[n]]: the loss of a classifier. dx = dy / N * (softmax(x) -
/// onehot). Labels are not checked here, since that would wait for the device; one outside 0 .. classes - 1 makes the
/// loss NaN.
/// </summary>
public sealed record SoftmaxCrossEntropy : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 2, "the logits");
        Check.That(x[1].Rank == 1 && x[1][0] == x[0][0], this,
            $"there must be one label a row: logits {x[0]}, labels {x[1]}");
        Check.That(x[0].Count > 0, this, $"the logits are empty: {x[0]}");
        return Shape.Scalar;
    }

    /// <inheritdoc/>
    public override void CheckTypes(ReadOnlySpan<Tensor> x)
    {
        Check.That(x[0].Type == ElementType.Float32, this, $"logits must hold Float32, but {x[0]} holds {x[0].Type}");
        Check.That(x[1].Type == ElementType.Int32, this, $"labels must hold Int32, but {x[1]} holds {x[1].Type}");
    }

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) => [new(new Shape(x[0][0], 2))];

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Reduction.SoftmaxCrossEntropy(x[0], x[1], extras[0], y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Reduction.SoftmaxCrossEntropyBackward(x[0], x[1], extras[0], dy, dx[0]);
}

public static partial class TensorOps
{
    /// <summary>The mean cross-entropy of logits [n, classes] with Int32 labels [n]: a scalar.</summary>
    public static Tensor SoftmaxCrossEntropy(this Tensor logits, Tensor labels) =>
        new SoftmaxCrossEntropy().Apply(logits, labels);
}
