using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Training;

/// <summary>How much of what a rule looks at still has a loss.</summary>
static class ActiveShare
{
    /// <summary>The share of the pairs or, for the rule that takes every triplet, of the triplets; 0 to 1.</summary>
    public static double Of(LossConfig loss, long active, long pairs, long triplets)
    {
        bool takesAll = loss is { Kind: LossKind.Triplet, Rule: MiningRule.BatchAll };
        return active / (double)Math.Max(1, takesAll ? triplets : pairs);
    }
}
