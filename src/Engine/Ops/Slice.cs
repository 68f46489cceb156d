using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>The elements start, start + step, ... of an axis, copied.</summary>
/// <param name="Axis">The axis, counted from the first.</param>
/// <param name="Start">The first element.</param>
/// <param name="Length">How many elements there are.</param>
/// <param name="Step">From one element to the next; negative ones go backwards.</param>
public sealed record Slice(int Axis, int Start, int Length, int Step = 1) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(Axis >= 0 && Axis < x[0].Rank, this, $"axis {Axis} is not one of {x[0]}");
        Check.That(Length >= 0 && Step != 0, this, $"a length of {Length}, a step of {Step}");
        long last = Start + (Length - 1L) * Step;
        Check.That(Length == 0 || (Math.Min(Start, last) >= 0 && Math.Max(Start, last) < x[0][Axis]), this,
            $"{Start} .. {last} is not inside axis {Axis} of {x[0]}");
        return x[0].With(Axis, Length);
    }

    /// <summary>Whole blocks lie one after the other as channels do.</summary>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) =>
        given > 0 && Axis == 1 && Step == 1 && Start % given == 0 && Length % given == 0 ? given : 0;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => Axis > 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Reduction.Copy(Part(x[0]), Strided.Of(y), y.Shape, scale: 1, accumulate: false);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].Target is not { } target) return;
        if (!dx[0].Accumulate) on.Memory.Fill(target, 0);
        on.Reduction.Copy(Strided.Of(dy), Part(target), dy.Shape, scale: 1, dx[0].Accumulate);
    }

    Strided Part(Tensor x)
    {
        int[] strides = Strided.StridesOf(x.Shape);
        int offset = Start * strides[Axis];
        strides[Axis] *= Step;
        return new Strided(x, offset, strides);
    }
}

public static partial class TensorOps
{
    /// <summary>The part start .. start + length - 1 of an axis.</summary>
    public static Tensor Slice(this Tensor x, int axis, int start, int length) =>
        new Slice(axis, start, length).Apply(x);

    /// <summary>The elements start, start + step, ... of an axis; a negative step goes backwards.</summary>
    public static Tensor Slice(this Tensor x, int axis, int start, int length, int step) =>
        new Slice(axis, start, length, step).Apply(x);
}
