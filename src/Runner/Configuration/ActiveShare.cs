namespace TripletGpu.Runner.Configuration;

/// <summary>How much of what a rule looks at still has a loss.</summary>
static class ActiveShare
{
    /// <summary>The share of the pairs or, for a rule that takes every triplet, of the triplets; 0 to 1.</summary>
    public static double Of(LossConfig loss, long active, long pairs, long triplets)
    {
        bool takesAll = loss.Kind == LossKind.Triplet && LossSettings.From(loss, seed: 0).TakesEveryTriplet;
        return active / (double)Math.Max(1, takesAll ? triplets : pairs);
    }
}
