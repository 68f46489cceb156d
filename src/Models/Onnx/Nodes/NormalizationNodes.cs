using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Batch norm, local response norm, dropout.</summary>
static class NormalizationNodes
{
    public static Dictionary<string, NodeHandler> All { get; } = new()
    {
        ["BatchNormalization"] = BatchNormalization,
        ["LRN"] = ResponseNorm,
        ["Dropout"] = Dropout,
    };

    static OnnxValue[] BatchNormalization(NodeCall call)
    {
        Tensor x = call.Tensor(0), scale = call.Tensor(1), bias = call.Tensor(2), mean = call.Tensor(3),
            variance = call.Tensor(4);
        float epsilon = call.Node.Float("epsilon", 1e-5f), momentum = 1 - call.Node.Float("momentum", 0.9f);
        // Opsets 7 and 8: spatial = 0 has statistics for each feature, unless the file has one a channel all the same.
        if (call.Node.Int("spatial", 1) == 0 && scale.Count != x.Shape[1])
            return PerFeature(call, x, epsilon, momentum);
        if (SaysItTrains(call.Node) && call.Graph is { IsTraining: false, DecidesAboutTraining: false })
            return OfThisBatch(x, scale, bias, mean, variance, momentum, epsilon);
        Tensor images = x.Shape.Rank is 2 or 4
            ? x
            : x.Reshape(x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank), 1);
        bool isFrozen = !call.Graph.IsTraining || IsFrozen(call);
        return [images.BatchNorm2d(scale, bias, mean, variance, isFrozen, momentum, epsilon).As(x.Shape)];
    }

    /// <summary>Before opset 14 a node has no attribute for that: it trains where it also makes statistics.</summary>
    static bool SaysItTrains(OnnxNode node)
    {
        const int HasMode = 14;
        return node.Opset >= HasMode ? node.Int("training_mode", 0) != 0 : node.Outputs.Skip(1).Any(y => y.Length > 0);
    }

    static OnnxValue[] PerFeature(NodeCall call, Tensor x, float epsilon, float momentum)
    {
        int features = x.Shape.Product(1, x.Shape.Rank);
        Tensor[] p = [.. Enumerable.Range(1, 4).Select(i => call.Tensor(i).Reshape((int)call.Tensor(i).Count))];
        bool isFrozen = !call.Graph.IsTraining || IsFrozen(call);
        Tensor rows = x.Reshape(x.Shape[0], features);
        return [rows.BatchNorm2d(p[0], p[1], p[2], p[3], isFrozen, momentum, epsilon).As(x.Shape)];
    }

    /// <summary>Frozen weights mean frozen statistics; statistics that are no parameters cannot be updated.</summary>
    static bool IsFrozen(NodeCall call)
    {
        Parameter? scale = call.Graph.FindParameter(call.Node.Inputs[1]),
            bias = call.Graph.FindParameter(call.Node.Inputs[2]);
        return call.Graph.FindParameter(call.Node.Inputs[3]) is null
            || call.Graph.FindParameter(call.Node.Inputs[4]) is null
            || scale is not { IsTrainable: true } && bias is not { IsTrainable: true };
    }

    /// <summary>
    /// A node that says it is training, run for its outputs alone: the batch's statistics, and the running ones that
    /// would follow (ONNX: of the population variance).
    /// </summary>
    static OnnxValue[] OfThisBatch(
        Tensor x, Tensor scale, Tensor bias, Tensor mean, Tensor variance, float momentum, float epsilon)
    {
        int channels = x.Shape[1];
        int[] axes = [0, .. Enumerable.Range(2, x.Shape.Rank - 2)];
        int[] perChannel = [channels, .. Enumerable.Repeat(1, x.Shape.Rank - 2)];
        Tensor center = x.Mean(axes), difference = x.Subtract(center.Reshape(perChannel));
        Tensor spread = difference.Square().Mean(axes);
        Tensor y = difference.Divide(spread.Affine(1, epsilon).Sqrt().Reshape(perChannel))
            .Multiply(scale.Reshape(perChannel)).Add(bias.Reshape(perChannel));
        return
        [
            y, mean.Scale(1 - momentum).Add(center.Scale(momentum)),
            variance.Scale(1 - momentum).Add(spread.Scale(momentum)),
        ];
    }

    static OnnxValue[] ResponseNorm(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        if (call.Node.Int("size", 0) is not (>= 1 and <= 4096 and var size))
            throw call.Error("its size must be 1 to 4096");
        float alpha = call.Node.Float("alpha", 1e-4f), beta = call.Node.Float("beta", 0.75f),
            bias = call.Node.Float("bias", 1);
        if (size % 2 == 1 && x.Shape.Rank == 4) return [x.LocalResponseNorm((int)size, alpha, beta, bias)];
        if (x.Shape.Rank < 3) throw call.Error($"input {x.Shape} has no spatial axes");
        // Of an even number of channels the larger half lies behind.
        PoolingWindow channels = new((int)size, 1, 1, 1, Top: ((int)size - 1) / 2, Bottom: (int)size / 2);
        Tensor squares = x.Square().Reshape(1, x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank));
        return [x.Divide(squares.AveragePool2d(channels).Affine(alpha, bias).Power(beta).As(x.Shape))];
    }

    static OnnxValue[] Dropout(NodeCall call)
    {
        Tensor x = call.Tensor(0);
        float rate = call.Has(1)
            ? call.Scalar(1) ?? throw call.Error("the ratio must be a constant")
            : call.Node.Float("ratio", 0.5f);
        if (rate is < 0 or >= 1) throw call.Error($"the ratio is {rate}, not from 0 to below 1");
        bool isNodeTraining = call.Has(2) && call.Scalar(2) is not (null or 0);
        if (isNodeTraining && rate > 0 && call.Graph is { IsTraining: false, DecidesAboutTraining: false })
            throw call.Error("it drops at random although the network is not in training");
        if (!call.Graph.IsTraining || rate == 0)
            return call.Node.Outputs.Count < 2 ? [x] : [x, OnnxValueOf.Filled(call, x.Shape, 1)];
        ulong stream = Streams.Dropout + (ulong)call.Graph.DropoutNumber(call.Node);
        return [x.Dropout(new DropoutMask(rate, call.Graph.Seed, stream, call.Graph.StepNumber))];
    }
}
