using System.Globalization;

namespace TripletGpu.Runner.Configuration;

/// <summary>How much of what a rule looks at still has a loss.</summary>
/// <param name="Active">How many have one.</param>
/// <param name="All">How many there are: pairs or, for a rule that takes every triplet, triplets.</param>
readonly record struct ActiveShare(long Active, long All)
{
    /// <summary>0 to 1; null where there is nothing to look at: that is not nothing left to learn.</summary>
    public double? Value => All == 0 ? null : Active / (double)All;

    /// <summary>The share of a step's pairs or triplets.</summary>
    public static ActiveShare Of(LossConfig loss, long active, long pairs, long triplets)
    {
        bool takesAll = loss.Kind == LossKind.Triplet && LossSettings.From(loss, seed: 0).TakesEveryTriplet;
        return new ActiveShare(active, takesAll ? triplets : pairs);
    }

    /// <summary>The share of several steps together.</summary>
    public static ActiveShare operator +(ActiveShare a, ActiveShare b) => new(a.Active + b.Active, a.All + b.All);

    /// <inheritdoc/>
    public override string ToString() =>
        Value is { } share ? string.Create(CultureInfo.InvariantCulture, $"active {share:0%}") : "no pairs";
}
