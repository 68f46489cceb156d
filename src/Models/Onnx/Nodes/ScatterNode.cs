using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Parts of a tensor replaced at indices that are known beforehand, which is what assignments to slices become. Of two
/// updates of one place the later counts.
/// </summary>
static class ScatterNode
{
    public static Dictionary<string, NodeHandler> All { get; } = new() { ["ScatterND"] = call => [Scatter(call)] };

    static OnnxValue Scatter(NodeCall call)
    {
        if (call.Node.Text("reduction", "none") is not "none" and var reduction)
            throw call.Error($"the reduction {reduction} is not supported");
        OnnxValue x = call.Value(0), updates = call.Value(2);
        OnnxTensor indices = call.Host(1);
        long[] dims = x.Dims;
        if (indices.Dims is not [.., var depth] || depth < 0 || depth > dims.Length)
            throw call.Error($"indices of extents ({string.Join(", ", indices.Dims)}) name no parts");
        int axes = (int)depth;
        long[] expected = [.. indices.Dims[..^1], .. dims[axes..]];
        if (!updates.Dims.SequenceEqual(expected))
            throw call.Error(
                $"updates of extents ({string.Join(", ", updates.Dims)}), not ({string.Join(", ", expected)})");
        if (NodeCall.Elements(dims) == 0 || NodeCall.Elements(expected) == 0) return x;
        int rows = (int)NodeCall.Elements(dims.AsSpan(0, axes)), width = (int)NodeCall.Elements(dims.AsSpan(axes));
        int[] sources = Sources(call, indices.IntegersOrNull!, dims, axes, rows);
        if (x.Host is { } host && updates.Host is { } parts && host.IsFloat == parts.IsFloat)
            return new(host.FloatsOrNull is { } floats
                ? OnnxTensor.Of("", dims, Chosen(floats, parts.FloatsOrNull!, sources, width))
                : OnnxTensor.Of("", dims, Chosen(host.IntegersOrNull!, parts.IntegersOrNull!, sources, width)));
        Tensor all = TensorOps.Concat(
            0, call.Tensor(0).As(new Shape(rows, width)),
            call.Tensor(2).As(new Shape((int)(NodeCall.Elements(expected) / width), width)));
        return all.Gather(call, 0, sources).As(call.ShapeOf(dims));
    }

    /// <summary>For each part of the result, which row it is of the tensor's parts with the updates behind.</summary>
    static int[] Sources(NodeCall call, long[] indices, long[] dims, int axes, int rows)
    {
        int[] sources = [.. Enumerable.Range(0, rows)];
        int updates = axes == 0 ? 1 : indices.Length / axes;
        for (int i = 0; i < updates; i++)
        {
            int row = 0;
            for (int axis = 0; axis < axes; axis++)
                row = row * (int)dims[axis] + call.Axis(indices[i * axes + axis], (int)dims[axis]);
            sources[row] = rows + i;
        }
        return sources;
    }

    static T[] Chosen<T>(T[] x, T[] updates, int[] sources, int width)
    {
        T[] y = new T[x.Length];
        for (int row = 0; row < sources.Length; row++)
        {
            bool isNew = sources[row] >= sources.Length;
            T[] from = isNew ? updates : x;
            int at = isNew ? sources[row] - sources.Length : row;
            from.AsSpan(at * width, width).CopyTo(y.AsSpan(row * width));
        }
        return y;
    }
}
