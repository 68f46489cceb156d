using TripletGpu.Autograd;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// Zeros around the images of an L2 pooling, or of a mean that counts its padding, are the pooling's own padding.
/// </summary>
sealed class PadInPooling : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        PoolingWindow? window = node.Op switch
        {
            L2Pool2d pool => pool.Window,
            AveragePool2d { CountPadding: true } pool => pool.Window,
            // Without padding of its own every pixel counts, and zeros that were there before must go on counting.
            AveragePool2d { Window: { Top: 0, Left: 0, Bottom: 0, Right: 0 } } pool => pool.Window,
            _ => null,
        };
        if (window is not { CeilMode: false } w
            || graph.Producer(node.Inputs[0]) is not { Op: Pad { Value: 0 } pad } padding
            || graph.Reads(padding.Output) != 1 || pad.Before.Rank != 4) return null;
        if (pad.Before[0] + pad.Before[1] + pad.After[0] + pad.After[1] > 0) return null;
        PoolingWindow whole = w with
        {
            Top = w.Top + pad.Before[2],
            Left = w.Left + pad.Before[3],
            Bottom = w.Bottom + pad.After[2],
            Right = w.Right + pad.After[3],
        };
        if (Math.Max(whole.Top, whole.Bottom) >= w.Height || Math.Max(whole.Left, whole.Right) >= w.Width) return null;
        Op pooling = node.Op is L2Pool2d ? new L2Pool2d(whole) : new AveragePool2d(whole, CountPadding: true);
        return graph.Join(padding, node, new PlanNode(
            pooling, padding.Inputs, node.Output, [.. padding.Origin, .. node.Origin]));
    }
}
