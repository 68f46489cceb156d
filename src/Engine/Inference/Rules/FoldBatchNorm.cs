using TripletGpu.Backends;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// A convolution and the frozen batch norm of its output become one convolution:
/// <code>
/// (conv(x, w) + b - mean) s + shift = conv(x, w s) + (b - mean) s + shift,   s = scale / sqrt(variance + epsilon)
/// </code>
/// with s for each filter. The factors are computed in double. A batch norm with ReLU makes the convolution's epilogue
/// one with ReLU, and a residual before that ReLU becomes the convolution's. A filter for each channel takes a batch
/// norm likewise, but no residual.
/// </summary>
sealed class FoldBatchNorm : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is not BatchNorm { IsFrozen: true } norm || !Constants(node.Inputs.Skip(1).Take(4))) return null;
        if (graph.Producer(node.Inputs[0]) is not
            { Op: IClippedConvolution { IsBare: true } conv } convolution
            || graph.Reads(convolution.Output) != 1 || !Constants(convolution.Inputs.Skip(1))) return null;
        IEnumerable<PlanValue> read = convolution.Inputs.Skip(1).Concat(node.Inputs.Skip(1).Take(4));
        PlanValue[] residual = [.. node.Inputs.Skip(5)];
        if (conv.WithBias(residual.Length > 0, ClipRange.ReluIf(norm is BatchNormRelu)) is not { } folded) return null;
        Tensor[] tensors = [.. read.Select(value => value.Constant!)];
        IReadOnlyList<PlanValue> shifted = constants.Get(
            $"{nameof(FoldBatchNorm)} {norm.Epsilon}", tensors, () => Fold(tensors, conv.HasBias, norm.Epsilon));
        return graph.Join(convolution, node, new PlanNode(
            folded, [convolution.Inputs[0], .. shifted, .. residual], node.Output,
            [.. convolution.Origin, .. node.Origin]));
    }

    static bool Constants(IEnumerable<PlanValue> values) => values.All(value => value.Constant is not null);

    /// <summary>Weight and bias from weight, bias if there is one, scale, shift, mean and variance.</summary>
    static IReadOnlyList<(Shape, float[])> Fold(Tensor[] read, bool hasBias, float epsilon)
    {
        float[] weight = read[0].ToArray(), bias = hasBias ? read[1].ToArray() : [];
        float[][] norm = [.. read.Skip(hasBias ? 2 : 1).Select(tensor => tensor.ToArray())];
        int filters = read[0].Shape[0], taps = weight.Length / Math.Max(filters, 1);
        float[] shifted = new float[filters];
        for (int k = 0; k < filters; k++)
        {
            double factor = norm[0][k] / Math.Sqrt((double)norm[3][k] + epsilon);
            shifted[k] = (float)(((hasBias ? bias[k] : 0.0) - norm[2][k]) * factor + norm[1][k]);
            for (int i = k * taps; i < (k + 1) * taps; i++) weight[i] = (float)(weight[i] * factor);
        }
        return [(read[0].Shape, weight), (new Shape(filters), shifted)];
    }
}
