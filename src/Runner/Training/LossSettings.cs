using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>The loss that a config describes.</summary>
static class LossSettings
{
    /// <summary>The settings of a run's triplet loss.</summary>
    /// <param name="loss">Rule, margin, distance, reduction.</param>
    /// <param name="seed">The run's seed, for the rule that draws negatives.</param>
    public static TripletSettings From(LossConfig loss, ulong seed) => new()
    {
        Rule = loss.Rule switch
        {
            MiningRule.Semihard => TripletRule.SemiHard,
            MiningRule.Facenet => TripletRule.FaceNet,
            MiningRule.RandomSemihard => TripletRule.RandomSemiHard,
            MiningRule.Hard => TripletRule.Hard,
            MiningRule.BatchAll => TripletRule.BatchAll,
            _ => TripletRule.Explicit,
        },
        Margin = (float)loss.Margin,
        Distance = loss.Distance == DistanceKind.Squared ? TripletDistance.Squared : TripletDistance.L2,
        Reduction = loss.Reduction switch
        {
            ReductionKind.Pairs => TripletReduction.Pairs,
            ReductionKind.Active => TripletReduction.Active,
            _ => TripletReduction.Sum,
        },
        Seed = seed,
    };
}
