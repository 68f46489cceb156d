using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// x times a share of it, which exporters write out, as one operation:
/// <code>
/// Silu       x sigmoid(x)
/// HardSwish  x min(max(x / 6 + 1/2, 0), 1), or x min(max(x + 3, 0), 6) / 6
/// Gelu       x (erf(x / sqrt(2)) / 2 + 1/2), or x (erf(x / sqrt(2)) + 1) / 2
/// </code>
/// </summary>
sealed class RecogniseActivation : IPlanRule
{
    // Numbers of files are rounded, and what is divided by is given as a factor.
    const float Close = 1e-6f;

    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is Binary<Multiply>) return Find(graph, node, node, 1);
        bool scales = node.Op is Affine { Shift: 0 } or Binary<Divide> && graph.Reads(node.Inputs[0]) == 1;
        return scales && graph.Producer(node.Inputs[0]) is { Op: Binary<Multiply> } product
            && Factor(node) is { } factor ? Find(graph, product, node, factor) : null;
    }

    static PlanGraph? Find(PlanGraph graph, PlanNode product, PlanNode last, float factor)
    {
        if (product.Inputs[0].Shape != product.Inputs[1].Shape) return null;
        foreach ((int x, int share) in ((int, int)[])[(0, 1), (1, 0)])
        {
            Trail trail = new(graph, product.Inputs[share]);
            if (Match(trail, product.Inputs[x], factor) is not { } op) continue;
            PlanNode[] before = product == last ? [.. trail.Passed] : [.. trail.Passed, product];
            return graph.Join(before, last, new PlanNode(
                op, [product.Inputs[x]], last.Output,
                [.. trail.Passed.Reverse().Append(product).SelectMany(passed => passed.Origin),
                    .. product == last ? [] : last.Origin]));
        }
        return null;
    }

    /// <summary>What factor * x * share is, where the trail back from the share ends at x.</summary>
    static Op? Match(Trail trail, PlanValue x, float factor)
    {
        if (trail.Pass<Unary<Sigmoid>>() is not null)
            return trail.At == x && IsClose(factor, 1) ? new Unary<Silu>() : null;
        if (trail.Pass<WithScalar<Minimum>>() is { } high)
            return trail.Pass<WithScalar<Maximum>>() is { B: 0 } && trail.Pass<Affine>() is { } line && trail.At == x
                && IsClose(factor * high.B, 1) && IsClose(factor * line.Scale, 1f / 6)
                && IsClose(factor * line.Shift, 0.5f) ? new Unary<HardSwish>() : null;
        if (trail.Pass<Affine>() is not { } sum || trail.Pass<Unary<Erf>>() is null) return null;
        bool isGelu = IsClose(factor * sum.Scale, 0.5f) && IsClose(factor * sum.Shift, 0.5f)
            && trail.Pass(op => op is Affine { Shift: 0 } or Binary<Divide>) is { } scale && trail.At == x
            && Factor(scale) is { } within && IsClose(within, MathF.Sqrt(0.5f));
        return isGelu ? new Unary<Gelu>() : null;
    }

    /// <summary>What an operation multiplies by: a factor, or one by a constant.</summary>
    static float? Factor(PlanNode node) => node switch
    {
        { Op: Affine affine } => affine.Scale,
        { Inputs: [_, { Constant: { Count: 1 } divisor }] } => 1 / divisor.ToArray()[0],
        _ => null,
    };

    static bool IsClose(float a, float b) => MathF.Abs(a - b) <= Close;
}
