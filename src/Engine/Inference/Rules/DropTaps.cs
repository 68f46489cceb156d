using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>Where a max pooling found its maxima only the backward pass asks.</summary>
sealed class DropTaps : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants) =>
        node.Op is MaxPool2d { KeepsTaps: true } pool && constants.Device.Backend.Pooling.HasMaxAlone
            ? graph.Join([], node, node with { Op = pool with { KeepsTaps = false } })
            : null;
}
