using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Collectives;

namespace TripletGpu.Ops;

/// <summary>
/// What <see cref="BatchNorm2d"/> and <see cref="BatchNormRelu"/> share. Inputs: x (N, C, H, W) or (N, C), weight,
/// bias, running mean and running variance (C each). The running statistics are inputs, because operations hold no
/// tensors; a forward pass in training changes them in place, and they get no gradient.
/// </summary>
/// <remarks>Ioffe and Szegedy 2015; momentum and unbiased running variance as PyTorch.</remarks>
/// <param name="IsFrozen">Normalise with the running statistics, as constants, instead of the batch's.</param>
/// <param name="Momentum">The share of the batch in the new running statistics.</param>
/// <param name="Epsilon">Added to the variance.</param>
public abstract record BatchNorm(bool IsFrozen, float Momentum, float Epsilon) : Op
{
    /// <summary>
    /// The ranks that have the batch between them, whose statistics are then those of all of it; null: x is the batch.
    /// </summary>
    public BatchShare? Share { get; init; }

    private protected abstract bool Relu { get; }

    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(x.Length == 5, this,
            $"5 inputs are needed (x, weight, bias, running mean and variance), not {x.Length}");
        Check.That(x[0].Rank is 2 or 4, this, $"input must be (N, C, H, W) or (N, C), not {x[0]}");
        for (int i = 1; i < 5; i++)
            Check.That(x[i] == new Shape(x[0][1]), this,
                $"input has {x[0][1]} channels but input {i} is {x[i]}: input {x[0]}");
        Check.That(IsFrozen || x[0].Count > x[0][1] || Share is { Rows: > 1 }, this,
            $"the variance of a batch needs more than one value a channel (or frozen statistics): input {x[0]}");
        return x[0];
    }

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) => [new TensorSpec(new Shape(3, x[0][1]))];

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        if (IsFrozen) on.Normalization.FrozenBatchNorm(x[0], x[1], x[2], x[3], x[4], y, extras[0], Epsilon, Relu);
        else if (Share is not null)
            SharedBatchNorm.Forward(
                on.Normalization, Share, x[0], x[1], x[2], x[3], x[4], y, extras[0], Momentum, Epsilon, Relu);
        else on.Normalization.BatchNorm(x[0], x[1], x[2], x[3], x[4], y, extras[0], Momentum, Epsilon, Relu);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        Check.That(!dx[3].IsNeeded && !dx[4].IsNeeded, this, $"running statistics have no gradient");
        if (Share is not null && !IsFrozen)
            SharedBatchNorm.Backward(
                on.Normalization, Share, x[0], x[1], x[2], extras[0], dy, dx[0], dx[1], dx[2], Relu);
        else
            on.Normalization.BatchNormBackward(
                x[0], x[1], x[2], extras[0], dy, dx[0], dx[1], dx[2], IsFrozen, Relu);
    }
}
