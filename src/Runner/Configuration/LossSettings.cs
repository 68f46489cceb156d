using TripletGpu.MetricLearning;

namespace TripletGpu.Runner.Configuration;

/// <summary>The loss that a config describes.</summary>
static class LossSettings
{
    /// <summary>The settings of a run's triplet loss.</summary>
    /// <param name="loss">Rule, margin, distance, reduction, angle.</param>
    /// <param name="seed">The run's seed, for the rules that draw negatives.</param>
    public static TripletSettings From(LossConfig loss, ulong seed) => new()
    {
        Rule = loss.Rule,
        Margin = (float)(loss.Kind is LossKind.Triplet or LossKind.Softmax && loss.Margin is { } margin
            ? margin : LossKinds.SmallMargin),
        Distance = loss.Distance,
        Angle = (float)(loss.Angle ?? LossKinds.Angle),
        Reduction = loss.Reduction,
        Seed = seed,
    };
}
