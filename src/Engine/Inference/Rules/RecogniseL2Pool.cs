using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// The root of the mean of squares times their number is an L2 pooling, which is how exporters write it:
/// <code>
/// sqrt(R S mean(x^2)) = sqrt(sum(x^2)) over windows of R x S
/// </code>
/// </summary>
sealed class RecogniseL2Pool : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (!Trail.IsRoot(node.Op)) return null;
        Trail trail = new(graph, node.Inputs[0]);
        if (trail.Pass<Affine>() is not { Shift: 0 } factor || trail.Pass<AveragePool2d>() is not { } mean
            || trail.Pass(Trail.IsSquare) is null) return null;
        PoolingWindow w = mean.Window;
        bool isOfWholeWindows = !w.CeilMode && (mean.CountPadding || w is { Top: 0, Left: 0, Bottom: 0, Right: 0 });
        if (!isOfWholeWindows || factor.Scale != w.Height * w.Width) return null;
        return graph.Join(trail.Passed, node, new PlanNode(
            new L2Pool2d(w), [trail.At], node.Output,
            [.. trail.Passed.Reverse().SelectMany(passed => passed.Origin), .. node.Origin]));
    }
}
