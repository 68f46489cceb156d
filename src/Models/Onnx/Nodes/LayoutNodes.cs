using TripletGpu.MetricLearning;
using TripletGpu.Models.Text;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Nodes that move elements: other shapes, orders, parts. Constants of the host are moved on the host.
/// </summary>
static class LayoutNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Identity"] = call => [call.Value(0)],
        ["Reshape"] = Reshape,
        ["Flatten"] = Flatten,
        ["Squeeze"] = Squeeze,
        ["Unsqueeze"] = Unsqueeze,
        ["Transpose"] = Transpose,
        ["Concat"] = Concat,
        ["Split"] = Split,
        ["Pad"] = IntegersAsFloats.Also(Padding.Pad),
        ["Expand"] = Expand,
        ["Tile"] = Tile,
    };

    static OnnxValue[] Reshape(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        long[] dims = [.. call.IntegersOf("shape", 1) ?? throw call.Error("the shape is missing")];
        bool isZeroKept = call.Node.Int("allowzero", 0) != 0;
        // A batch of another size than the file was made for: FixedBatch shows whether that is right.
        if (call.Graph.Lifted is { } lifted && dims.Length > 0 && dims[0] == lifted.Declared
            && x.Dims is [var first, ..] && first == lifted.Batch)
            dims[0] = lifted.Batch;
        int free = -1;
        for (int i = 0; i < dims.Length; i++)
        {
            if (dims[i] == 0 && !isZeroKept)
                dims[i] = i < x.Dims.Length
                    ? x.Dims[i]
                    : throw call.Error($"extent {i} is to be kept, but the input has none");
            if (dims[i] >= 0) continue;
            if (dims[i] < -1 || free >= 0) throw call.Error($"the shape ({string.Join(", ", dims)}) has no meaning");
            free = i;
        }
        if (free >= 0)
        {
            dims[free] = 1;
            long rest = NodeCall.Elements(dims), count = NodeCall.Elements(x.Dims);
            if (rest == 0 || count % rest != 0) throw call.Error(
                $"{Counted.Of(count, "element")} do not divide into {rest}");
            dims[free] = count / rest;
        }
        return [As(call, x, dims)];
    }

    static OnnxValue[] Flatten(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        int rank = x.Dims.Length;
        long axis = call.Node.Int("axis", 1);
        int at = axis == rank ? rank : call.Axis(axis, rank);
        return [As(call, x, [NodeCall.Elements(x.Dims.AsSpan(0, at)), NodeCall.Elements(x.Dims.AsSpan(at))])];
    }

    static OnnxValue[] Squeeze(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        long[] dims = x.Dims;
        HashSet<int> axes = call.IntegersOf("axes", 1) is { } named
            ? [.. named.Select(axis => call.Axis(axis, dims.Length))]
            : [.. Enumerable.Range(0, dims.Length).Where(axis => dims[axis] == 1)];
        if (axes.Any(axis => dims[axis] != 1)) throw call.Error("an axis to be removed has another extent than 1");
        return [As(call, x, [.. dims.Where((_, axis) => !axes.Contains(axis))])];
    }

    static OnnxValue[] Unsqueeze(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        long[] named = call.IntegersOf("axes", 1) ?? throw call.Error("the axes are missing");
        int rank = x.Dims.Length + named.Length;
        if (rank > Shape.MaxRank)
            throw call.Error($"a tensor of {Counted.Of(rank, "dimension")}; at most {Shape.MaxRank} are supported");
        HashSet<int> axes = [.. named.Select(axis => call.Axis(axis, rank))];
        if (axes.Count < named.Length) throw call.Error("an axis is named twice");
        long[] dims = new long[rank];
        for (int axis = 0, from = 0; axis < rank; axis++) dims[axis] = axes.Contains(axis) ? 1 : x.Dims[from++];
        return [As(call, x, dims)];
    }

    static OnnxValue[] Transpose(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        int rank = x.Dims.Length;
        int[] order = call.Node.Ints("perm") is { } named
            ? Array.ConvertAll(named, axis => call.Axis(axis, rank))
            : [.. Enumerable.Range(0, rank).Reverse()];
        if (x.Host is not { } host) return [call.Tensor(0).Ordered(order)];
        if (order.Distinct().Count() != rank)
            throw call.Error($"({string.Join(", ", order)}) is no order of {Counted.Of(rank, "axis", "axes")}");
        long[] strides = HostMath.Strides(host.Dims);
        return
        [
            HostMath.Walk(
                host, [.. order.Select(axis => host.Dims[axis])], 0, [.. order.Select(axis => strides[axis])]),
        ];
    }

    static OnnxValue[] Concat(NodeCall call)
    {
        OnnxValue[] parts = [.. Enumerable.Range(0, call.InputCount).Select(call.Value)];
        if (parts.All(part => part.IsInteger && part.Dims.Length == 1))
            return [OnnxValue.Integers([.. parts.SelectMany(part => part.Host!.IntegersOrNull!)])];
        int axis = call.Axis(call.Node.Int("axis", 0), parts[0].Dims.Length);
        if (parts.All(part => part.Host is { } host && host.IsFloat == !parts[0].IsInteger))
            return [HostMath.Concat(call, axis, Array.ConvertAll(parts, part => part.Host!))];
        return [TensorOps.Concat(axis, [.. Enumerable.Range(0, parts.Length).Select(call.Tensor)])];
    }

    static OnnxValue[] Split(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        int axis = call.Axis(call.Node.Int("axis", 0), x.Dims.Length), extent = (int)x.Dims[axis];
        int parts = call.Node.Outputs.Count, each = (extent + parts - 1) / parts;
        long[] lengths = call.IntegersOf("split", 1)
            ?? [.. Enumerable.Range(0, parts).Select(i => (long)Math.Clamp(extent - i * each, 0, each))];
        if (lengths.Length != parts || lengths.Any(l => l < 0) || lengths.Sum() != extent)
            throw call.Error($"{Counted.Of(extent, "element")} do not split into ({string.Join(", ", lengths)})");
        OnnxValue[] y = new OnnxValue[parts];
        for (int i = 0, start = 0; i < parts; start += (int)lengths[i++])
        {
            long[] dims = [.. x.Dims[..axis], lengths[i], .. x.Dims[(axis + 1)..]];
            y[i] = dims.Contains(0) ? OnnxValueOf.Nothing(dims) : call.Tensor(0).Slice(axis, start, (int)lengths[i]);
        }
        return y;
    }

    static OnnxValue[] Expand(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        long[] dims = HostMath.Broadcast(call, x.Dims, call.Integers(1));
        return [x.Host is { } host
            ? HostMath.Repeat(host, dims)
            : call.Tensor(0).Add(OnnxValueOf.Filled(call, call.ShapeOf(dims), 0).Device!)];
    }

    static OnnxValue[] Tile(NodeCall call)
    {
        OnnxValue x = call.Value(0);
        long[] repeats = call.Integers(1), dims = x.Dims;
        if (repeats.Length != dims.Length || repeats.Any(count => count < 0))
            throw call.Error(
                $"({string.Join(", ", repeats)}) are no numbers of repetitions for"
                + $" {Counted.Of(dims.Length, "axis", "axes")}");
        // Each axis becomes two, of which the first repeats.
        long[] apart = [.. dims.SelectMany(extent => new[] { 1, extent })];
        long[] repeated = [.. dims.SelectMany((extent, axis) => new[] { repeats[axis], extent })];
        long[] result = [.. dims.Select((extent, axis) => repeats[axis] * extent)];
        Shape shape = call.ShapeOf(result);
        if (x.Host is { } host)
            return [As(call, HostMath.Repeat(As(call, new OnnxValue(host), apart).Host!, repeated), result)];
        Tensor y = call.Tensor(0);
        for (int axis = 0; axis < dims.Length; axis++)
        {
            if (repeats[axis] == 1) continue;
            int outer = y.Shape.Product(0, axis), inner = y.Shape.Product(axis, y.Shape.Rank);
            Shape now = y.Shape.With(axis, (int)result[axis]);
            Tensor zeros = OnnxValueOf.Filled(call, new Shape(outer, (int)repeats[axis], inner), 0).Device!;
            y = y.Reshape(outer, 1, inner).Add(zeros).As(now);
        }
        return [y.As(shape)];
    }

    static OnnxValue As(NodeCall call, OnnxValue x, long[] dims)
    {
        if (x.Device is { } tensor) return tensor.As(call.ShapeOf(dims));
        OnnxTensor host = x.Host!;
        if (NodeCall.Elements(dims) != NodeCall.Elements(host.Dims))
            throw call.Error(
                $"{Counted.Of(NodeCall.Elements(host.Dims), "element")} cannot have the extents"
                + $" ({string.Join(", ", dims)})");
        return new OnnxValue(host.FloatsOrNull is { } floats
            ? OnnxTensor.Of(host.Name, dims, floats)
            : OnnxTensor.Of(host.Name, dims, host.IntegersOrNull!));
    }
}
