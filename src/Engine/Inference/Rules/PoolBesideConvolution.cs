using TripletGpu.Backends;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// maxpool(relu?(conv(x, w) + b)), read by nothing else, in one operation where the device then stores no map
/// (<see cref="IConvolution.TakesMaxPool"/>): a network's first layer writes its largest.
/// </summary>
sealed class PoolBesideConvolution : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is not MaxPool2d { KeepsTaps: false } pool
            || graph.Producer(node.Inputs[0]) is not { } convolution || graph.Reads(convolution.Output) != 1
            || convolution.Op is not Conv2d { HasResidual: false, Pool: null } conv
            || convolution.Inputs[1].Constant is null || convolution.Inputs[0].Shape.Count == 0
            || !constants.Device.Backend.Convolution.TakesMaxPool(
                conv.Geometry.Over(convolution.Inputs[0].Shape, convolution.Inputs[1].Shape),
                pool.Window.Over(pool, convolution.Output.Shape))) return null;
        return graph.Join(convolution, node, new PlanNode(
            conv with { Pool = pool.Window }, convolution.Inputs, node.Output,
            [.. convolution.Origin, .. node.Origin]));
    }
}
