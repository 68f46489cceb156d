using TripletGpu.Models.Text;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Normalisations by the statistics of each sample: layer, group, instance, root mean square.</summary>
static class StandardizationNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["LayerNormalization"] = LayerNorm,
        ["RMSNormalization"] = RootMeanSquareNorm,
        ["InstanceNormalization"] = InstanceNorm,
        ["GroupNormalization"] = GroupNorm,
        ["MeanVarianceNormalization"] = MeanVarianceNorm,
    };

    static OnnxValue[] LayerNorm(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        int[] axes = Axes.From(call.Axis(call.Node.Int("axis", -1), x.Shape.Rank), x.Shape.Rank);
        Tensor y = Standardized(x, axes, call.Node.Float("epsilon", 1e-5f), out Tensor mean, out Tensor deviation);
        y = y.Multiply(call.Tensor(1));
        if (call.OptionalTensor(2) is { } bias) y = y.Add(bias);
        return call.Node.Outputs.Count < 2 ? [y] : [y, mean, deviation.Reciprocal()];
    }

    static OnnxValue[] RootMeanSquareNorm(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        int[] axes = Axes.From(call.Axis(call.Node.Int("axis", -1), x.Shape.Rank), x.Shape.Rank);
        Tensor root = x.Square().KeptMean(axes).Affine(1, call.Node.Float("epsilon", 1e-5f)).Sqrt();
        return [x.Divide(root).Multiply(call.Tensor(1))];
    }

    static OnnxValue[] InstanceNorm(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        if (x.Shape.Rank < 3) throw call.Error($"input {x.Shape} has no spatial axes");
        Tensor y = Standardized(x, Axes.From(2, x.Shape.Rank), call.Node.Float("epsilon", 1e-5f), out _, out _);
        int[] perChannel = PerChannel(x.Shape);
        return [y.Multiply(call.Tensor(1).Reshape(perChannel)).Add(call.Tensor(2).Reshape(perChannel))];
    }

    /// <summary>Before opset 21 scale and bias belong to a group, from then on to a channel.</summary>
    static OnnxValue[] GroupNorm(NodeCall call)
    {
        Tensor x = call.Tensor(0), scale = call.Tensor(1), bias = call.Tensor(2);
        long groups = call.Node.Int("num_groups", 0);
        if (x.Shape.Rank < 3 || groups < 1 || x.Shape[1] % groups != 0)
            throw call.Error($"input {x.Shape} does not divide into {Counted.Of(groups, "group")} of channels");
        int count = (int)groups, each = x.Shape[1] / count, pixels = x.Shape.Product(2, x.Shape.Rank);
        Tensor parts = x.Reshape(x.Shape[0], count, each, pixels);
        Tensor y = Standardized(parts, [2, 3], call.Node.Float("epsilon", 1e-5f), out _, out _);
        if (call.Opset < 21)
            return [y.Multiply(scale.Reshape(count, 1, 1)).Add(bias.Reshape(count, 1, 1)).As(x.Shape)];
        return [y.Multiply(scale.Reshape(count, each, 1)).Add(bias.Reshape(count, each, 1)).As(x.Shape)];
    }

    static OnnxValue[] MeanVarianceNorm(NodeCall call)
    {
        const float epsilon = 1e-9f;
        Tensor x = call.Tensor(0);
        long[] named = call.Node.Ints("axes") ?? [0, 2, 3];
        int[] axes = Array.ConvertAll(named, axis => call.Axis(axis, x.Shape.Rank));
        Tensor difference = x.Subtract(x.KeptMean(axes));
        return [difference.Divide(difference.Square().KeptMean(axes).Sqrt().Affine(1, epsilon))];
    }

    /// <summary>(x - mean) / sqrt(variance + epsilon) over the axes, which mean and deviation keep.</summary>
    static Tensor Standardized(Tensor x, int[] axes, float epsilon, out Tensor mean, out Tensor deviation)
    {
        mean = x.KeptMean(axes);
        Tensor difference = x.Subtract(mean);
        deviation = difference.Square().KeptMean(axes).Affine(1, epsilon).Sqrt();
        return difference.Divide(deviation);
    }

    static int[] PerChannel(Shape x) => [x[1], .. Enumerable.Repeat(1, x.Rank - 2)];
}
