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

    /// <summary>Whole blocks lie one after the other as channels do.</summary>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given)
    {
        if (given == 0 || Axis != 1) return 0;
        foreach (Shape part in x)
            if (part[1] % given > 0) return 0;
        return given;
    }

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => Axis > 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Reduction.Join(x, y, Axis);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        Span<int> extents = new int[x.Length];
        for (int i = 0; i < x.Length; i++) extents[i] = x[i].Shape[Axis];
        on.Reduction.Split(dy, dx, extents, Axis);
    }
}

public static partial class TensorOps
{
    /// <summary>The tensors one after the other along an axis; all other extents must agree.</summary>
    public static Tensor Concat(int axis, params ReadOnlySpan<Tensor> parts) => new Concat(axis).Apply(parts);
}
