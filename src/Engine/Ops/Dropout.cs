using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Ops;

/// <summary>
/// Drops elements at random and scales the others by 1 / (1 - rate) (Srivastava et al. 2014, the inverted form).
/// Backward draws the same mask again from its counters, so nothing is saved.
/// </summary>
/// <param name="Mask">Rate, seed, stream and step: together with the element's index they decide.</param>
public sealed record Dropout(DropoutMask Mask) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(Mask.Rate is >= 0 and < 1, this, $"the rate must be in [0, 1), not {Mask.Rate}");
        return x[0];
    }

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Elementwise.Dropout(x[0], Mask, new Gradient(y, Accumulate: false));

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Elementwise.Dropout(dy, Mask, dx[0]);
}

public static partial class TensorOps
{
    /// <summary>Drops elements at random; see <see cref="Ops.Dropout"/>.</summary>
    public static Tensor Dropout(this Tensor x, DropoutMask mask) => new Dropout(mask).Apply(x);
}
