using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// Tensors one after the other along an axis, such as the channels of an inception module's branches.
/// </summary>
/// <param name="Axis">The axis, counted from the first.</param>
public sealed record Concat(int Axis) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(Axis >= 0 && Axis < x[0].Rank, this, $"axis {Axis} is not one of {x[0]}");
        int extent = 0;
        for (int i = 0; i < x.Length; i++)
        {
            Check.That(x[i].Rank == x[0].Rank && x[i].With(Axis, 1) == x[0].With(Axis, 1), this,
                $"input {i} is {x[i]}, which differs from input 0, {x[0]}, not only at axis {Axis}");
            extent += x[i][Axis];
        }
        return x[0].With(Axis, extent);
    }

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        int[] strides = Strided.StridesOf(y.Shape);
        int start = 0;
        foreach (Tensor part in x)
        {
            if (part.Count > 0)
                on.Reduction.Copy(
                    Strided.Of(part), new(y, start * strides[Axis], strides), part.Shape, scale: 1, accumulate: false);
            start += part.Shape[Axis];
        }
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        int[] strides = Strided.StridesOf(dy.Shape);
        int start = 0;
        for (int i = 0; i < x.Length; i++)
        {
            if (dx[i].Target is { } target)
                on.Reduction.Copy(
                    new(dy, start * strides[Axis], strides), Strided.Of(target), target.Shape, 1, dx[i].Accumulate);
            start += x[i].Shape[Axis];
        }
    }
}

public static partial class TensorOps
{
    /// <summary>The tensors one after the other along an axis; all other extents must agree.</summary>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts) => new Concat(axis).Apply(parts);
}
