using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;

namespace TripletGpu.Inference.Rules;

/// <summary>
/// A local response norm that an exporter has written out:
/// <code>
/// x / (k + alpha mean of x^2 over neighbouring channels)^beta
/// </code>
/// the mean being an average pooling along the channels, with zeros around them, between changes of shape.
/// </summary>
sealed class RecogniseResponseNorm : IPlanRule
{
    /// <inheritdoc/>
    public PlanGraph? Apply(PlanGraph graph, PlanNode node, PlanConstants constants)
    {
        PlanValue x = node.Inputs[0];
        if (node.Op is not Binary<Divide> || x.Shape.Rank != 4 || x.Shape != node.Output.Shape) return null;
        Trail trail = new(graph, node.Inputs[1]);
        if (trail.Pass<WithScalar<Power>>() is not { B: var beta }) return null;
        (double alpha, double k) = (1, 0);
        while (trail.Pass<Affine>() is { } affine) (alpha, k) = (alpha * affine.Scale, k + alpha * affine.Shift);
        trail.PassViews();
        PlanValue mean = trail.At;
        if (trail.Pass<AveragePool2d>() is not { } pool || !IsAlongChannels(pool, mean.Shape, x.Shape)) return null;
        PoolingWindow w = pool.Window;
        (int before, int after) = (w.Top, w.Bottom);
        trail.PassViews();
        while (trail.Pass(op => op is Pad { Value: 0 }) is { Op: Pad pad } padding)
        {
            if (!IsAroundChannels(pad, padding.Output.Shape, x.Shape)) return null;
            before += pad.Before.ToArray().Sum();
            after += pad.After.ToArray().Sum();
            trail.PassViews();
        }
        bool isSquare = graph.Producer(trail.At) is { } squares && squares.Op switch
        {
            Binary<Multiply> => squares.Inputs[0] == x && squares.Inputs[1] == x,
            _ => Trail.IsSquare(squares.Op) && squares.Inputs[0] == x,
        };
        bool isCentred = before == w.Height / 2 && after == (w.Height - 1) / 2
            && (pool.CountPadding || w is { Top: 0, Bottom: 0 });
        if (!isCentred || !isSquare || trail.Pass(_ => true) is null) return null;
        return graph.Join(trail.Passed, node, new PlanNode(
            new LocalResponseNorm(w.Height, (float)alpha, beta, (float)k), [x], node.Output,
            [.. trail.Passed.Reverse().SelectMany(passed => passed.Origin), .. node.Origin]));
    }

    /// <summary>Whether windows of some channels move by one, and each pixel is on its own.</summary>
    static bool IsAlongChannels(AveragePool2d pool, Shape mean, Shape x) =>
        pool.Window is { Width: 1, StrideH: 1, StrideW: 1, Left: 0, Right: 0, CeilMode: false }
        && mean.Product(0, 2) == x[0] && mean[2] == x[1] && mean[3] == x.Product(2, 4);

    /// <summary>Whether zeros are put before and after the channels alone.</summary>
    static bool IsAroundChannels(Pad pad, Shape padded, Shape x)
    {
        for (int axis = 0; axis < padded.Rank; axis++)
            if (pad.Before[axis] + pad.After[axis] > 0
                && (padded.Product(0, axis) != x[0] || padded.Product(axis + 1, padded.Rank) != x.Product(2, 4)))
                return false;
        return true;
    }
}
