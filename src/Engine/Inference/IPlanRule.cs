namespace TripletGpu.Inference;

/// <summary>
/// A rewrite of a plan's graph that leaves its result as it is, up to rounding. Each rule is a file with its formula.
/// </summary>
interface IPlanRule
{
    /// <summary>Rewrites around one node; null where the rule does not apply to it.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="node">One of its nodes.</param>
    /// <param name="constants">Makes constants that the rewritten node reads.</param>
    PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants);
}
