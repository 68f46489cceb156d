using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// y = scale * the sum of x over the axes along which the result has extent 1: the opposite of broadcasting.
/// </summary>
/// <param name="To">The result's shape: of the input's rank, each extent the input's or 1.</param>
/// <param name="Scale">A factor; one over the number of summands gives the mean.</param>
public sealed record Sum(Shape To, float Scale = 1) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        bool fits = x[0].Rank == To.Rank;
        for (int axis = 0; fits && axis < To.Rank; axis++) fits = To[axis] == 1 || To[axis] == x[0][axis];
        Check.That(fits, this, $"{x[0]} cannot be summed to {To}: each extent must stay or become 1");
        return To;
    }

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        // Of nothing the sum is 0, and the mean, whose scale is infinite, NaN.
        if (x[0].Count == 0) on.Memory.Fill(y, 0 * Scale);
        else on.Reduction.Sum(x[0], To, Scale, new Gradient(y, Accumulate: false));
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (dx[0].Target is not { } target) return;
        Strided repeated = new(dy, 0, Strided.Broadcast(To, target.Shape));
        on.Reduction.Copy(repeated, Strided.Of(target), target.Shape, Scale, dx[0].Accumulate);
    }
}

public static partial class TensorOps
{
    /// <summary>
    /// The sum over the given axes, which disappear from the shape; over all elements if none is given.
    /// </summary>
    public static Tensor Sum(this Tensor x, params ReadOnlySpan<int> axes) => Reduce(x, axes, isMean: false);

    /// <summary>
    /// The mean over the given axes, which disappear from the shape; over all elements if none is given.
    /// </summary>
    public static Tensor Mean(this Tensor x, params ReadOnlySpan<int> axes) => Reduce(x, axes, isMean: true);

    static Tensor Reduce(Tensor x, ReadOnlySpan<int> axes, bool isMean)
    {
        Span<bool> reduced = stackalloc bool[x.Shape.Rank];
        reduced.Fill(axes.IsEmpty);
        foreach (int axis in axes)
        {
            if (axis < -x.Shape.Rank || axis >= x.Shape.Rank)
                throw new ShapeException($"[Sum] axis {axis} is not one of {x.Shape}");
            reduced[axis < 0 ? axis + x.Shape.Rank : axis] = true;
        }
        Shape to = x.Shape;
        Span<int> rest = stackalloc int[x.Shape.Rank];
        int rank = 0;
        for (int axis = 0; axis < reduced.Length; axis++)
        {
            if (reduced[axis]) to = to.With(axis, 1);
            else rest[rank++] = x.Shape[axis];
        }
        float scale = isMean ? (float)((double)to.Count / x.Count) : 1;
        return new Sum(to, scale).Apply(x).Reshape(rest[..rank]);
    }
}
