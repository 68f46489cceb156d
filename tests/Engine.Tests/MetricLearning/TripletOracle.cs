using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Oracle;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>The oracle's rules and denominators by the engine's settings.</summary>
static class TripletOracle
{
    public static List<TripletRules.Triplet> Triplets(TripletSettings settings, double[][] d, int[] labels) =>
        settings.Rule switch
        {
            MiningRule.Semihard => TripletRules.SemiHard(d, labels, settings.Margin),
            MiningRule.Facenet => TripletRules.FaceNet(d, labels, settings.Margin),
            MiningRule.Hard => TripletRules.Hard(d, labels, settings.Margin),
            MiningRule.EasyPositive => TripletRules.EasyPositive(d, labels, settings.Margin, isHard: false),
            MiningRule.EasyPositiveHard => TripletRules.EasyPositive(d, labels, settings.Margin, isHard: true),
            MiningRule.BatchAll => TripletRules.All(d, labels, settings.Margin),
            MiningRule.AllSemihard => TripletRules.All(d, labels, settings.Margin, semiHardOnly: true),
            MiningRule.AllHard => TripletRules.All(d, labels, settings.Margin, hardOnly: true),
            MiningRule.Angular => TripletRules.Angular(
                d, labels, settings.Margin, settings.Angle, settings.Distance == TripletDistance.Squared),
            MiningRule.Explicit => TripletRules.Explicit(d, settings.Margin),
            _ => throw new ArgumentException($"{settings.Rule} chooses at random"),
        };

    /// <summary>
    /// The rules that take all triplets of a kind divide by all triplets of the batch, of any kind: not covered here.
    /// </summary>
    public static double Divisor(TripletSettings settings, List<TripletRules.Triplet> triplets) =>
        (settings.Reduction ?? TripletSettings.ReductionOf(settings.Rule)) switch
        {
            TripletReduction.Sum => 1,
            TripletReduction.Active => Math.Max(1, triplets.Count(t => t.Loss > 0)),
            _ => Math.Max(1, triplets.Count),
        };

    public static double Loss(TripletSettings settings, double[][] d, int[] labels)
    {
        List<TripletRules.Triplet> triplets = Triplets(settings, d, labels);
        return triplets.Sum(t => t.Loss) / Divisor(settings, triplets);
    }
}
