using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Tensors with the axes in question in one place.</summary>
static class Axes
{
    /// <summary>The shape with extent 1 at the axes.</summary>
    public static Shape Kept(Shape x, int[] axes)
    {
        foreach (int axis in axes) x = x.With(axis, 1);
        return x;
    }

    /// <summary>The mean over axes, which stay with extent 1.</summary>
    public static Tensor KeptMean(this Tensor x, int[] axes) => x.Mean(axes).As(Kept(x.Shape, axes));

    /// <summary>A matrix (others, named): the named axes moved to the end.</summary>
    public static Tensor WithLast(this Tensor x, int[] axes)
    {
        int[] others = [.. Enumerable.Range(0, x.Shape.Rank).Where(axis => !axes.Contains(axis))];
        int[] extents = [.. others.Select(axis => x.Shape[axis])];
        int count = axes.Aggregate(1, (product, axis) => product * x.Shape[axis]);
        return x.Ordered([.. others, .. axes]).Reshape(new Shape(extents).Product(0, extents.Length), count);
    }

    /// <summary>The axes from one on.</summary>
    public static int[] From(int axis, int rank) => [.. Enumerable.Range(axis, rank - axis)];
}
