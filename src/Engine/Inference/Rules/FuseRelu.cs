using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>max(0, conv(x, w) + b + r) in the convolution's epilogue.</summary>
sealed class FuseRelu : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is not Unary<Relu>) return null;
        if (graph.Producer(node.Inputs[0]) is not { Op: Conv2d { Relu: false } conv } convolution
            || graph.Reads(convolution.Output) != 1) return null;
        return graph.Join(convolution, node, new PlanNode(
            conv with { Relu = true }, convolution.Inputs, node.Output, [.. convolution.Origin, .. node.Origin]));
    }
}
