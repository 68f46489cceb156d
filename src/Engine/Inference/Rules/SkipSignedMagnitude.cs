using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// sign(x) max(0, |x|) = x: PyTorch's LPPool2d keeps a sign so, although its sums of squares have none.
/// </summary>
sealed class SkipSignedMagnitude : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is not Binary<Multiply>) return null;
        return Of(node.Inputs[0], node.Inputs[1]) ?? Of(node.Inputs[1], node.Inputs[0]);

        PlanGraph? Of(PlanValue sign, PlanValue magnitude)
        {
            Trail signs = new(graph, sign), magnitudes = new(graph, magnitude);
            if (signs.Pass<Unary<Sign>>() is null) return null;
            magnitudes.Pass<Unary<Relu>>();
            return magnitudes.Pass<Unary<Abs>>() is not null && signs.At == magnitudes.At
                ? graph.Skip([.. signs.Passed, .. magnitudes.Passed, node], node.Output, signs.At)
                : null;
        }
    }
}
