using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// Rows by their length, which exporters write out:
/// <code>
/// x / max(sqrt(sum of x^2), epsilon)
/// </code>
/// with changes of shape between, and the lengths repeated for each element by adding zeros (ONNX's Expand).
/// </summary>
/// <remarks>
/// A bound of lengths by the largest float is passed over: it matters where the sum of squares is infinite, for which
/// <see cref="L2Normalize"/> gives the direction, and the written form almost zero.
/// </remarks>
sealed class RecogniseL2Normalize : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        PlanValue x = node.Inputs[0];
        if (node.Op is not Binary<Divide> || x.Shape.Rank != 2 || x.Shape != node.Output.Shape) return null;
        Trail trail = new(graph, node.Inputs[1]);
        PlanNode? repeat = trail.Pass(op => op is Binary<Add>);
        Shape lengths = new(x.Shape[0], 1);
        if (trail.At.Shape != lengths) return null;
        trail.PassViews();
        trail.Pass(op => op is WithScalar<Minimum> { B: float.MaxValue });
        trail.PassViews();
        if (trail.Pass<WithScalar<Maximum>>() is not { B: > 0 and var epsilon }) return null;
        trail.PassViews();
        if (trail.Pass(Trail.IsRoot) is null) return null;
        trail.PassViews();
        bool isOfRows = trail.Pass<Sum>() is { Scale: 1 } sum && sum.To == lengths && trail.At.Shape == x.Shape;
        if (!isOfRows || trail.Pass(Trail.IsSquare) is null || trail.At != x) return null;
        // Last, since the values come from the device.
        if (repeat is not null && !IsZero(repeat.Inputs[1].Constant)) return null;
        return graph.Join(trail.Passed, node, new PlanNode(
            new L2Normalize(epsilon), [x], node.Output,
            [.. trail.Passed.Reverse().SelectMany(passed => passed.Origin), .. node.Origin]));
    }

    /// <summary>Whether nothing but zeros is added, so that x repeats along the axes of extent 1.</summary>
    static bool IsZero(Tensor? constant) => constant is not null && !constant.ToArray().AsSpan().ContainsAnyExcept(0f);
}
