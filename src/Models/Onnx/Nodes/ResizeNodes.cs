using TripletGpu.MetricLearning;
using TripletGpu.Models.Text;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Resize, Upsample and the exchange of channels with pixels. The nearest pixels are slices; along each axis the other
/// modes are products with a matrix of weights, so that gradients follow.
/// </summary>
static class ResizeNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["Resize"] = Resize,
        ["Upsample"] = Upsample,
        ["DepthToSpace"] = DepthToSpace,
        ["SpaceToDepth"] = SpaceToDepth,
    };

    static OnnxValue[] Resize(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        int rank = x.Shape.Rank, at = call.Opset < 11 ? 1 : 2;
        int[] axes = call.Node.Ints("axes") is { } named
            ? Array.ConvertAll(named, axis => call.Axis(axis, rank))
            : Axes.From(0, rank);
        float[]? scales = Floats(call, at);
        long[]? sizes = scales is null && call.Has(3) ? call.Integers(3) : null;
        if ((scales?.Length ?? sizes?.Length) != axes.Length)
            throw call.Error($"it needs scales or sizes of {Counted.Of(axes.Length, "axis", "axes")}");
        if (call.Node.Text("keep_aspect_ratio_policy", "stretch") != "stretch")
            throw call.Error("a policy for the aspect ratio is not supported");
        ResizeRule rule = ResizeRule.Of(call);
        (int, int, double)[] steps = new (int, int, double)[axes.Length];
        long[] dims = [.. call.Value(0).Dims];
        for (int i = 0; i < axes.Length; i++)
        {
            int extent = x.Shape[axes[i]];
            double scale = scales is not null ? scales[i] : extent == 0 ? 1 : (double)sizes![i] / extent;
            if (!(scale > 0)) throw call.Error($"a scale of {scale}");
            dims[axes[i]] = sizes?[i] ?? (long)Math.Floor(extent * scale);
            _ = call.ShapeOf(dims);
            steps[i] = (axes[i], (int)dims[axes[i]], scale);
        }
        return [steps.Aggregate(x, (y, step) => Along(call, y, step.Item1, step.Item2, step.Item3, rule))];
    }

    static float[]? Floats(NodeCall call, int index) =>
        !call.Has(index) || call.Value(index).Dims is [0] ? null
            : call.Value(index).Host?.FloatsOrNull ?? call.Tensor(index).ToArray();

    static OnnxValue[] Upsample(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        float[] scales = (call.Opset < 9 ? call.Node.Floats("scales") : Floats(call, 1))
            ?? throw call.Error("the scales are missing");
        if (scales.Length != x.Shape.Rank) throw call.Error(
            $"{scales.Length} scales for {Counted.Of(x.Shape.Rank, "axis", "axes")}");
        ResizeRule rule = new(call.Node.Text("mode", "nearest"), "asymmetric", "floor");
        for (int axis = 0; axis < scales.Length; axis++)
        {
            if (!(scales[axis] >= 1)) throw call.Error($"a scale of {scales[axis]}");
            int size = (int)Math.Min(int.MaxValue, Math.Floor(x.Shape[axis] * (double)scales[axis]));
            _ = call.ShapeOf([.. x.Shape.With(axis, size).ToArray().Select(extent => (long)extent)]);
            x = Along(call, x, axis, size, scales[axis], rule);
        }
        return [x];
    }

    static Tensor Along(NodeCall call, Tensor x, int axis, int size, double scale, ResizeRule rule)
    {
        int extent = x.Shape[axis];
        if (size == extent && scale == 1) return x;
        if (size == 0 || x.Count == 0)
            return extent == 0 && size > 0 ? throw call.Error("an axis without pixels cannot grow")
                : size <= extent ? x.Slice(axis, 0, size) : Repeated(x, axis, size);
        if (rule.Mode == "nearest") return x.Gather(call, axis, rule.Nearest(extent, size, scale));
        _ = call.ShapeOf([size, extent]);
        Tensor weights = call.Device.Tensor(new Shape(size, extent), rule.Weights(extent, size, scale));
        int[] order = [.. Enumerable.Range(0, x.Shape.Rank)];
        (order[axis], order[^1]) = (order[^1], order[axis]);
        Tensor last = x.Ordered(order);
        Tensor y = last.Reshape(last.Shape.Product(0, last.Shape.Rank - 1), extent).Linear(weights);
        return y.As(last.Shape.With(last.Shape.Rank - 1, size)).Ordered(order);
    }

    static Tensor Repeated(Tensor x, int axis, int size) =>
        x.Pad(new Shape(new int[x.Shape.Rank]), new Shape(new int[x.Shape.Rank]).With(axis, size - x.Shape[axis]));

    static OnnxValue[] DepthToSpace(NodeCall call)
    {
        (Tensor x, int block) = Blocks(call);
        (int n, int c, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        if (c % (block * block) != 0) throw call.Error(
            $"{Counted.Of(c, "channel")} do not make blocks of {block} x {block}");
        int depth = c / (block * block);
        Tensor y = call.Node.Text("mode", "DCR") == "CRD"
            ? x.Reshape(n, depth, block, block, h, w).Permute(0, 1, 4, 2, 5, 3)
            : x.Reshape(n, block, block, depth, h, w).Permute(0, 3, 4, 1, 5, 2);
        return [y.Reshape(n, depth, h * block, w * block)];
    }

    static OnnxValue[] SpaceToDepth(NodeCall call)
    {
        (Tensor x, int block) = Blocks(call);
        (int n, int c, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        if (h % block != 0 || w % block != 0) throw call.Error($"{x.Shape} does not divide into blocks of {block}");
        return
        [
            x.Reshape(n, c, h / block, block, w / block, block).Permute(0, 3, 5, 1, 2, 4)
                .Reshape(n, c * block * block, h / block, w / block),
        ];
    }

    static (Tensor X, int Block) Blocks(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        if (x.Shape.Rank != 4) throw call.Error($"input {x.Shape} must be (N, C, H, W)");
        return call.Node.Int("blocksize", 0) is >= 1 and <= 1 << 12 and var block
            ? (x, (int)block) : throw call.Error("its blocksize must be 1 to 4096");
    }
}
