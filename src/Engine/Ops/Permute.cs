using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// The axes in another order, with the elements copied: y[i, j, ...] = x[those indices, put in place].
/// </summary>
/// <param name="Order">For each axis of the result the input's axis: (0, 2, 3, 1) makes N H W C of N C H W.</param>
public sealed record Permute(Shape Order) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        int[] order = Order.ToArray();
        bool isPermutation = order.Order().SequenceEqual(Enumerable.Range(0, x[0].Rank));
        Check.That(isPermutation, this, $"{Order} is no order of the axes of {x[0]}");
        for (int axis = 0; axis < order.Length; axis++) order[axis] = x[0][order[axis]];
        return new Shape(order);
    }

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => Order[0] == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Reduction.Copy(Reordered(x[0]), Strided.Of(y), y.Shape, scale: 1, accumulate: false);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].Target is { } target)
            on.Reduction.Copy(Strided.Of(dy), Reordered(target), dy.Shape, scale: 1, dx[0].Accumulate);
    }

    /// <summary>The input's elements in the order of the result's axes.</summary>
    Strided Reordered(Tensor x)
    {
        int[] strides = Strided.StridesOf(x.Shape);
        return new Strided(x, 0, Array.ConvertAll(Order.ToArray(), axis => strides[axis]));
    }
}

public static partial class TensorOps
{
    /// <summary>The axes in the given order; see <see cref="Ops.Permute"/>.</summary>
    public static Tensor Permute(this Tensor x, params ReadOnlySpan<int> order) =>
        new Permute(new Shape(order)).Apply(x);

    /// <summary>Rows and columns of a matrix exchanged.</summary>
    public static Tensor Transpose(this Tensor x) => x.Permute(1, 0);
}
