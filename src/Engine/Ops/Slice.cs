using TripletGpu.Autograd;
using TripletGpu.Backends;

namespace TripletGpu.Ops;

/// <summary>The part start .. start + length - 1 of an axis, copied.</summary>
/// <param name="Axis">The axis, counted from the first.</param>
/// <param name="Start">Where the part starts.</param>
/// <param name="Length">How long it is.</param>
public sealed record Slice(int Axis, int Start, int Length) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(Axis >= 0 && Axis < x[0].Rank, this, $"axis {Axis} is not one of {x[0]}");
        Check.That(Start >= 0 && Length >= 0 && Start + Length <= x[0][Axis], this,
            $"{Start} .. {Start + Length - 1} is not inside axis {Axis} of {x[0]}");
        return x[0].With(Axis, Length);
    }

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Reduction.Copy(Part(x[0]), Strided.Of(y), y.Shape, scale: 1, accumulate: false);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy, ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].Target is not { } target) return;
        if (!dx[0].Accumulate) on.Memory.Fill(target, 0);
        on.Reduction.Copy(Strided.Of(dy), Part(target), dy.Shape, scale: 1, dx[0].Accumulate);
    }

    Strided Part(Tensor x)
    {
        int[] strides = Strided.StridesOf(x.Shape);
        return new Strided(x, Start * strides[Axis], strides);
    }
}

public static partial class TensorOps
{
    /// <summary>The part start .. start + length - 1 of an axis.</summary>
    public static Tensor Slice(this Tensor x, int axis, int start, int length) =>
        new Slice(axis, start, length).Apply(x);
}
