using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>Elements of a constant value around a tensor.</summary>
/// <param name="Before">How many before the first element of each axis.</param>
/// <param name="After">How many after the last element of each axis.</param>
/// <param name="Value">The constant.</param>
public sealed record Pad(Shape Before, Shape After, float Value = 0) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(Before.Rank == x[0].Rank && After.Rank == x[0].Rank, this,
            $"{x[0]} has {x[0].Rank} axes, but the padding is given for {Before.Rank} and {After.Rank}");
        Shape y = x[0];
        for (int axis = 0; axis < y.Rank; axis++) y = y.With(axis, Before[axis] + y[axis] + After[axis]);
        return y;
    }

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        on.Memory.Fill(y, Value);
        if (x[0].Count > 0)
            on.Reduction.Copy(Strided.Of(x[0]), Inside(y), x[0].Shape, scale: 1, accumulate: false);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].Target is { } target)
            on.Reduction.Copy(Inside(dy), Strided.Of(target), target.Shape, scale: 1, dx[0].Accumulate);
    }

    Strided Inside(Tensor padded)
    {
        int[] strides = Strided.StridesOf(padded.Shape);
        int offset = 0;
        for (int axis = 0; axis < strides.Length; axis++) offset += Before[axis] * strides[axis];
        return new Strided(padded, offset, strides);
    }
}

public static partial class TensorOps
{
    /// <summary>The tensor with <paramref name="value"/> around it; one number an axis on either side.</summary>
    public static Tensor Pad(this Tensor x, Shape before, Shape after, float value = 0) =>
        new Pad(before, after, value).Apply(x);
}
