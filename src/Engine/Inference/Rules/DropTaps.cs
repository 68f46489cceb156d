using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>Where a max pooling found its maxima, alone or of a convolution, only the backward pass asks.</summary>
sealed class DropTaps : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants) =>
        node.Op switch
        {
            MaxPool2d { KeepsTaps: true } pool when constants.Device.Backend.Pooling.HasMaxAlone =>
                graph.Join([], node, node with { Op = pool with { KeepsTaps = false } }),
            Conv2dReluMaxPool { KeepsIndex: true } pool
                when constants.Device.Backend.Convolution.HasReluMaxPoolAlone =>
                graph.Join([], node, node with { Op = pool with { KeepsIndex = false } }),
            _ => null,
        };
}
