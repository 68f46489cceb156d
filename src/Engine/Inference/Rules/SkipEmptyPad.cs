using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>A padding by nothing is its input.</summary>
sealed class SkipEmptyPad : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants) =>
        node.Op is Pad && node.Inputs[0].Shape == node.Output.Shape
            ? graph.Skip([node], node.Output, node.Inputs[0])
            : null;
}
