using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// maxpool(max(0, conv(x, w) + b)) over windows of 2 x 2 in one pass, where channels are few: with many, Winograd's
/// form saves more than the map that is not stored.
/// </summary>
sealed class FuseMaxPool : IPlanRule
{
    const int MostChannels = 32;

    static readonly PoolingWindow halving = PoolingWindow.Square(2, 2);

    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        if (node.Op is not MaxPool2d pool || pool.Window != halving
            || graph.Producer(node.Inputs[0]) is not { } convolution || graph.Reads(convolution.Output) != 1
            || convolution.Op is not Conv2d { HasBias: true, HasResidual: false, Relu: true, Pool: null } conv)
            return null;
        int padding = conv.Geometry.PaddingTop;
        int channels = Math.Max(convolution.Inputs[0].Shape[1], node.Output.Shape[1]);
        if (conv.Geometry != new ConvolutionGeometry(stride: 1, padding) || channels > MostChannels
            || convolution.Inputs[0].Shape.Count == 0) return null;
        return graph.Join(convolution, node, new PlanNode(
            new Conv2dReluMaxPool(padding), convolution.Inputs, node.Output, [.. convolution.Origin, .. node.Origin]));
    }
}
