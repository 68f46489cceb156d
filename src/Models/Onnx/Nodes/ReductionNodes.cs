using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Sums, means and norms along axes.</summary>
static class ReductionNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["ReduceSum"] = call => Reduce(call, (x, axes) => x.Sum(axes)),
        ["ReduceMean"] = call => Reduce(call, (x, axes) => x.Mean(axes)),
        ["ReduceSumSquare"] = call => Reduce(call, (x, axes) => x.Square().Sum(axes)),
        ["ReduceL1"] = call => Reduce(call, (x, axes) => x.Abs().Sum(axes)),
        ["ReduceL2"] = call => Reduce(call, (x, axes) => x.Square().Sum(axes).Sqrt()),
        ["LpNormalization"] = Normalize,
    };

    /// <summary>Axes are an attribute in older opsets and an input in later ones; none means all.</summary>
    static OnnxValue[] Reduce(NodeCall call, Func<Tensor, int[], Tensor> reduce)
    {
        Tensor x = call.Tensor(0);
        int rank = x.Shape.Rank;
        long[] named = call.IntegersOf("axes", 1) ?? [];
        if (named.Length == 0 && call.Node.Int("noop_with_empty_axes", 0) != 0) return [x];
        int[] axes = named.Length == 0
            ? [.. Enumerable.Range(0, rank)]
            : Array.ConvertAll(named, axis => call.Axis(axis, rank));
        Tensor y = axes.Length == 0 ? x : reduce(x, axes);
        return [call.Node.Int("keepdims", 1) == 0 ? y : y.As(Kept(x.Shape, axes))];
    }

    static OnnxValue[] Normalize(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        int axis = call.Axis(call.Node.Int("axis", -1), x.Shape.Rank);
        if (call.Node.Int("p", 2) != 2) throw call.Error("only p = 2 is supported");
        return [x.Divide(x.Square().Sum(axis).Sqrt().As(Kept(x.Shape, [axis])))];
    }

    static Shape Kept(Shape x, int[] axes)
    {
        foreach (int axis in axes) x = x.With(axis, 1);
        return x;
    }
}
