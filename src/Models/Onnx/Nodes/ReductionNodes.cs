using TripletGpu.Autograd;
using TripletGpu.Models.Text;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Sums, means, extremes and norms along axes.</summary>
static class ReductionNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["ReduceSum"] = call => Reduce(call, (x, axes) => x.Sum(axes)),
        ["ReduceMean"] = call => Reduce(call, (x, axes) => x.Mean(axes)),
        ["ReduceSumSquare"] = call => Reduce(call, (x, axes) => x.Square().Sum(axes), x => x.Square()),
        ["ReduceL1"] = call => Reduce(call, (x, axes) => x.Abs().Sum(axes), x => x.Abs()),
        ["ReduceL2"] = call => Reduce(call, (x, axes) => x.Square().Sum(axes).Sqrt(), x => x.Abs()),
        ["ReduceLogSum"] = call => Reduce(call, (x, axes) => x.Sum(axes).Log(), x => x.Log()),
        ["ReduceLogSumExp"] = call => Reduce(call, LogSumExp),
        ["ReduceMax"] = call => Reduce(call, Largest),
        ["ReduceMin"] = call => Reduce(call, (x, axes) => Largest(x.Negate(), axes).Negate()),
        ["ReduceProd"] = call => Reduce(call, (x, axes) => Product(call, x, axes)),
        ["LpNormalization"] = Normalize,
    };

    /// <summary>
    /// Axes are an attribute in older opsets and an input in later ones; none means all, or where the node says so none
    /// at all: then only what is done to each element is done.
    /// </summary>
    static OnnxValue[] Reduce(
        NodeCall call, Func<Tensor, int[], Tensor> reduce, Func<Tensor, Tensor>? each = null)
    {
        if (call.Value(0).IsInteger) return OfIntegers(call);
        Tensor x = call.Tensor(0);
        int rank = x.Shape.Rank;
        long[] named = call.IntegersOf("axes", 1) ?? [];
        if (named.Length == 0 && call.Node.Int("noop_with_empty_axes", 0) != 0) return [each?.Invoke(x) ?? x];
        int[] axes = AxesOf(call, named, rank);
        Tensor y = axes.Length == 0 ? each?.Invoke(x) ?? x : reduce(x, axes);
        return [call.Node.Int("keepdims", 1) == 0 ? y : y.As(Axes.Kept(x.Shape, axes))];
    }

    static int[] AxesOf(NodeCall call, long[] named, int rank) => named.Length == 0
        ? Axes.From(0, rank)
        : [.. named.Select(axis => call.Axis(axis, rank)).Distinct()];

    /// <summary>Products, sums and extremes of extents, whole.</summary>
    static OnnxValue[] OfIntegers(NodeCall call)
    {
        long[] x = call.Integers(0), named = call.IntegersOf("axes", 1) ?? [];
        int rank = call.Value(0).Dims.Length;
        if (rank > 1 || AxesOf(call, named, rank).Length < rank)
            throw call.Error("integers are computed with in lists only");
        long y = call.Node.OpType switch
        {
            "ReduceSum" => x.Sum(),
            "ReduceProd" => x.Aggregate(1L, (product, v) => product * v),
            "ReduceMax" when x.Length > 0 => x.Max(),
            "ReduceMin" when x.Length > 0 => x.Min(),
            _ => throw call.Error("of integers it is not supported"),
        };
        return [new(OnnxTensor.Of("", call.Node.Int("keepdims", 1) == 0 || rank == 0 ? [] : [1], [y]))];
    }

    /// <summary>The largest of nothing is minus infinity; NaN wins.</summary>
    static Tensor Largest(Tensor x, int[] axes)
    {
        int[] rest = [.. Enumerable.Range(0, x.Shape.Rank).Where(a => !axes.Contains(a)).Select(a => x.Shape[a])];
        Tensor rows = x.WithLast(axes);
        (int count, int width) = (rows.Shape[0], rows.Shape[1]);
        Tensor y = width == 0
            ? rows.Pad(new Shape(0, 1), new Shape(0, 0), float.NegativeInfinity)
            : rows.Reshape(1, count, 1, width).MaxPool2d(new PoolingWindow(1, width, 1, 1));
        return y.Reshape(rest);
    }

    /// <summary>
    /// The largest element is subtracted before the exponential, as a constant: its gradient would cancel.
    /// </summary>
    static Tensor LogSumExp(Tensor x, int[] axes)
    {
        Tensor largest;
        using (Step unrecorded = x.Device.BeginStep(record: false))
            largest = unrecorded.Keep(Largest(x, axes).Clip(float.MinValue, float.MaxValue));
        Tensor shifted = x.Subtract(largest.As(Axes.Kept(x.Shape, axes)));
        return shifted.Exp().Sum(axes).Log().Add(largest);
    }

    static Tensor Product(NodeCall call, Tensor x, int[] axes)
    {
        const int mostFactors = 4096;
        int[] rest = [.. Enumerable.Range(0, x.Shape.Rank).Where(a => !axes.Contains(a)).Select(a => x.Shape[a])];
        Tensor rows = x.WithLast(axes);
        if (rows.Shape[1] > mostFactors)
            throw call.Error($"{Counted.Of(rows.Shape[1], "factor")}; at most {mostFactors:N0} are supported");
        Tensor y = rows.Shape[1] == 0
            ? rows.Pad(new Shape(0, 1), new Shape(0, 0), 1)
            : rows.Slice(1, 0, 1);
        for (int i = 1; i < rows.Shape[1]; i++) y = y.Multiply(rows.Slice(1, i, 1));
        return y.Reshape(rest);
    }

    /// <summary>
    /// Where the norm is 0, so is the result: the norm's sign stands for the numerator's 1, and 1 - 0 for the norm. Any
    /// other norm divides as it is, however small.
    /// </summary>
    static OnnxValue[] Normalize(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        int axis = call.Axis(call.Node.Int("axis", -1), x.Shape.Rank);
        Tensor norm = call.Node.Int("p", 2) switch
        {
            1 => x.Abs().Sum(axis),
            2 => x.Square().Sum(axis).Sqrt(),
            var p => throw call.Error($"p is {p}; only 1 and 2 are supported"),
        };
        norm = norm.As(Axes.Kept(x.Shape, [axis]));
        Tensor sign = norm.Sign();
        return [x.Multiply(sign).Divide(norm.Add(sign.Affine(-1, 1)))];
    }
}
