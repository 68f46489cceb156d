using TripletGpu.Kernels.MetricLearning;

namespace TripletGpu.MetricLearning;

/// <summary>
/// Everything that defines a triplet loss besides the data: max(0, d(a,p) - d(a,n) + margin), reduced. The losses of
/// the systems in use, as settings:
/// <list type="table">
/// <item><term>TensorFlow Addons, semi-hard</term><description><see cref="MiningRule.Semihard"/>, either distance,
/// <see cref="TripletReduction.Pairs"/></description></item>
/// <item><term>FaceNet</term><description><see cref="MiningRule.Facenet"/>, squared,
/// <see cref="TripletReduction.Active"/></description></item>
/// <item><term>pytorch-metric-learning, miner all, semihard, hard with its default reducer</term><description>
/// <see cref="MiningRule.BatchAll"/>, <see cref="MiningRule.AllSemihard"/>, <see cref="MiningRule.AllHard"/>, L2,
/// <see cref="TripletReduction.Active"/></description></item>
/// </list>
/// These are the defaults of <see cref="Reduction"/>.
/// </summary>
public sealed record TripletSettings
{
    /// <summary>Which triplets count.</summary>
    public MiningRule Rule { get; init; } = MiningRule.Semihard;

    /// <summary>How much farther than the positive a negative should be, in units of <see cref="Distance"/>.</summary>
    public float Margin { get; init; } = 0.2f;

    /// <summary>The distance that is compared.</summary>
    public TripletDistance Distance { get; init; } = TripletDistance.Squared;

    /// <summary>How losses are reduced; null takes the rule's own, <see cref="ReductionOf"/>.</summary>
    public TripletReduction? Reduction { get; init; }

    /// <summary>
    /// For <see cref="MiningRule.Angular"/>: degrees, above 0 and below 90, that a triplet's angle must exceed.
    /// </summary>
    public float Angle { get; init; } = 20;

    /// <summary>For the rules that draw at random: the run's seed.</summary>
    public ulong Seed { get; init; }

    /// <summary>For the rules that draw at random: the number of this draw, another one every step.</summary>
    public ulong Draw { get; init; }

    /// <summary>
    /// Whose triplets count, for a part of a loss: those of these anchors alone (explicit: these triplets), against all
    /// rows. Divisors then count this part only, so that parts add up by <see cref="TripletReduction.Sum"/>. Null: all.
    /// </summary>
    public AnchorRange? Anchors { get; init; }

    /// <summary>The reduction in force.</summary>
    internal TripletReduction EffectiveReduction => Reduction ?? ReductionOf(Rule);

    /// <summary>The anchors that count, of so many.</summary>
    internal AnchorRange AnchorsOf(int count) => Anchors ?? new AnchorRange(0, count);

    /// <summary>Whether the rule takes one triplet an anchor, so that the table has a row an anchor.</summary>
    public bool TakesOneAnAnchor =>
        Rule is MiningRule.Hard or MiningRule.EasyPositive or MiningRule.EasyPositiveHard;

    /// <summary>Whether the rule takes every triplet of a kind, so that no table could list them.</summary>
    public bool TakesEveryTriplet => Rule is MiningRule.BatchAll or MiningRule.AllSemihard or MiningRule.AllHard
        or MiningRule.Angular;

    /// <summary>The reduction that the sources of a rule use.</summary>
    public static TripletReduction ReductionOf(MiningRule rule) => rule switch
    {
        MiningRule.Semihard or MiningRule.Hard or MiningRule.Explicit => TripletReduction.Pairs,
        _ => TripletReduction.Active,
    };
}
