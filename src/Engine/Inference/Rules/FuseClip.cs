using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// f(conv(x, w) + b + r) in the convolution's epilogue, where f is max(0, y), max(y, c), min(y, c) or several of them:
/// ReLU, ReLU6, a clip.
/// </summary>
sealed class FuseClip : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        ClipRange? range = node.Op switch
        {
            Unary<Relu> => ClipRange.Relu,
            WithScalar<Maximum> most when !float.IsNaN(most.B) => ClipRange.None with { Low = most.B },
            WithScalar<Minimum> least when !float.IsNaN(least.B) => ClipRange.None with { High = least.B },
            _ => null,
        };
        if (range is not { } clip
            || graph.Producer(node.Inputs[0]) is not { Op: IClippedConvolution convolution } producer
            || graph.Reads(producer.Output) != 1) return null;
        return graph.Join(producer, node, new PlanNode(
            convolution.Clipped(clip), producer.Inputs, node.Output, [.. producer.Origin, .. node.Origin]));
    }
}
