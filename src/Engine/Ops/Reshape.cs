using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>The same values in the same order with other extents. A view: nothing is copied.</summary>
/// <param name="To">The new shape, of the same number of elements.</param>
public sealed record Reshape(Shape To) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override bool IsView => true;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.That(x[0].Count == To.Count, this, $"{x[0]} has {x[0].Count} elements, {To} has {To.Count}");
        return To;
    }

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) =>
        y.Rank > 0 && x[0].Rank > 0 && x[0][0] == y[0];

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        // A view has nothing to compute: the tape shares the memory.
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        // Only asked for a further contribution; the first one shares dy.
        on.Elementwise.Affine(dy, 1, 0, dx[0]);
    }
}

public static partial class TensorOps
{
    /// <summary>The same values as another shape of the same number of elements; shares the memory.</summary>
    public static Tensor Reshape(this Tensor x, params ReadOnlySpan<int> shape) =>
        new Reshape(new Shape(shape)).Apply(x);

    /// <summary>All dimensions after the first as one: (N, C, H, W) becomes (N, C * H * W).</summary>
    public static Tensor Flatten(this Tensor x) =>
        x.Reshape(x.Shape[0], x.Shape.Product(1, x.Shape.Rank));
}
