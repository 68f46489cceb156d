using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// conv(x, w) + b + r in the convolution's epilogue, r of the output's shape. Of two convolutions that are added, the
/// one that is computed later takes the other's result.
/// </summary>
sealed class FuseResidual : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is not Binary<Add>) return null;
        PlanValue a = node.Inputs[0], b = node.Inputs[1];
        if (a == b || a.Shape != b.Shape) return null;
        PlanNode?[] producers = [graph.Producer(a), graph.Producer(b)];
        foreach (PlanNode? candidate in producers.OrderByDescending(producer => Place(graph, producer)))
        {
            if (candidate is not { Op: Conv2d { HasResidual: false, Clip.IsNone: true, Pool: null } conv } convolution
                || graph.Reads(convolution.Output) != 1) continue;
            PlanValue other = convolution.Output == a ? b : a;
            return graph.Join(convolution, node, new PlanNode(
                conv with { HasResidual = true }, [.. convolution.Inputs, other], node.Output,
                [.. convolution.Origin, .. node.Origin]));
        }
        return null;
    }

    static int Place(PlanGraph graph, PlanNode? node) => node is null ? -1 : graph.Nodes.ToList().IndexOf(node);
}
