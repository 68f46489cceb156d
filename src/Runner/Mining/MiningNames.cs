using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Runner.Mining;

/// <summary>The command line's words for rules, distances and reductions.</summary>
static class MiningNames
{
    /// <summary>The config's rules, and pytorch-metric-learning's that take every triplet of a kind.</summary>
    public static IReadOnlyDictionary<string, TripletRule> Rules { get; } = new Dictionary<string, TripletRule>
    {
        ["semihard"] = TripletRule.SemiHard,
        ["facenet"] = TripletRule.FaceNet,
        ["random-semihard"] = TripletRule.RandomSemiHard,
        ["hard"] = TripletRule.Hard,
        ["batch-all"] = TripletRule.BatchAll,
        ["all-semihard"] = TripletRule.AllSemiHard,
        ["all-hard"] = TripletRule.AllHard,
        ["explicit"] = TripletRule.Explicit,
    };

    /// <summary>The distances.</summary>
    public static IReadOnlyDictionary<string, TripletDistance> Distances { get; } =
        new Dictionary<string, TripletDistance>
        {
            ["squared"] = TripletDistance.Squared,
            ["l2"] = TripletDistance.L2,
        };

    /// <summary>The reductions.</summary>
    public static IReadOnlyDictionary<string, TripletReduction> Reductions { get; } =
        new Dictionary<string, TripletReduction>
        {
            ["pairs"] = TripletReduction.Pairs,
            ["active"] = TripletReduction.Active,
            ["sum"] = TripletReduction.Sum,
        };
}
