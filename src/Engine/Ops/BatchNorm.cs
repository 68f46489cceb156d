using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Collectives;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Ops;

/// <summary>
/// What <see cref="BatchNorm2d"/> and <see cref="BatchNormRelu"/> share. Inputs: x (N, C, H, W) or (N, C), weight,
/// bias, running mean and running variance (C each). The running statistics are inputs, because operations hold no
/// tensors; a forward pass in training changes them in place, and they get no gradient. Last, where the operation adds
/// one, a residual of x's shape.
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

    /// <summary>
    /// Norms side by side that tell the other ranks of their statistics together; null: this one tells its own.
    /// </summary>
    internal SharedBatchNorm? Together { get; init; }

    private protected abstract bool Relu { get; }

    private protected virtual bool Adds => false;

    /// <inheritdoc/>
    public override Saved Saves => Adds ? Saved.Inputs | Saved.Output : Saved.Inputs;

    /// <summary>x, or the residual, whose gradient is dy where the ReLU was open.</summary>
    public override int InputInPlace => Adds ? 5 : 0;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        int inputs = Adds ? 6 : 5;
        Check.That(x.Length == inputs, this,
            $"{inputs} inputs are needed (x, weight, bias, running mean and variance{(Adds ? ", residual" : "")}),"
            + $" not {x.Length}");
        Check.That(x[0].Rank is 2 or 4, this, $"input must be (N, C, H, W) or (N, C), not {x[0]}");
        for (int i = 1; i < 5; i++)
            Check.That(x[i] == new Shape(x[0][1]), this,
                $"input has {x[0][1]} channels but input {i} is {x[i]}: input {x[0]}");
        Check.That(!Adds || x[5] == x[0], this, $"the residual must be {x[0]} as the input, not {x[^1]}");
        Check.That(IsFrozen || x[0].Count > x[0][1] || Share is { Rows: > 1 }, this,
            $"the variance of a batch needs more than one value a channel (or frozen statistics): input {x[0]}");
        return x[0];
    }

    /// <inheritdoc/>
    internal override bool IsMap(int input, ReadOnlySpan<Shape> x) => input is 0 or 5;

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) => [new TensorSpec(new Shape(3, x[0][1]))];

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        Tensor? residual = Adds ? x[5] : null;
        if (IsFrozen)
            on.Normalization.FrozenBatchNorm(x[0], x[1], x[2], x[3], x[4], residual, y, extras[0], Epsilon, Relu);
        else if (Share is not null)
            Exchange(Share).Forward(
                on.Normalization, new(x[0], x[1], x[2], x[3], x[4], residual, y, extras[0], this, Relu));
        else
            on.Normalization.BatchNorm(
                x[0], x[1], x[2], x[3], x[4], residual, y, extras[0], Momentum, Epsilon, Relu);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        Check.That(!dx[3].IsNeeded && !dx[4].IsNeeded, this, $"running statistics have no gradient");
        if (Adds) BackwardThroughSum(on, x, y, extras, dy, dx);
        else Backward(on, x, extras, dy, dx, Relu);
    }

    /// <summary>
    /// The gradient behind the ReLU is the residual's. It is written where that belongs, unless something is there to
    /// be added to: then the residual, the last input, gets it after x.
    /// </summary>
    void BackwardThroughSum(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        Gradient residual = dx[5];
        bool isApart = !residual.IsNeeded || residual.Accumulate;
        Tensor g = isApart ? y.Device.Empty(y.Shape) : residual.Target!;
        g.ChannelBlock = y.ChannelBlock;
        on.Elementwise.UnaryBackward<Relu>(y, y, dy, new Gradient(g, false));
        Backward(on, x, extras, g, dx, relu: false);
        if (!isApart) return;
        if (residual.IsNeeded) on.Elementwise.UnaryBackward<Relu>(y, y, dy, residual);
        y.Device.CurrentStep!.Discard(g);
    }

    void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, ReadOnlySpan<Tensor> extras, Tensor dy, ReadOnlySpan<Gradient> dx,
        bool relu)
    {
        if (Share is not null && !IsFrozen)
            Exchange(Share).Backward(
                on.Normalization, x[0], x[1], x[2], extras[0], dy, dx[0], dx[1], dx[2], relu);
        else
            on.Normalization.BatchNormBackward(
                x[0], x[1], x[2], extras[0], dy, dx[0], dx[1], dx[2], IsFrozen, relu);
    }

    SharedBatchNorm Exchange(BatchShare share) => Together ?? new SharedBatchNorm(share, count: 1);
}
