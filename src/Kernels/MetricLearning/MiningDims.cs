namespace TripletGpu.Kernels.MetricLearning;

/// <summary>What is chosen for an anchor; the engine's triplet rules, as devices know them.</summary>
public enum MiningChoice
{
    /// <summary>For each positive the nearest negative farther than it, else the farthest one.</summary>
    Nearest,

    /// <summary>For each positive the nearest negative farther than it, if it is within the margin.</summary>
    NearestWithinMargin,

    /// <summary>For each positive a random negative farther than it and within the margin.</summary>
    Random,

    /// <summary>The farthest positive and the nearest negative.</summary>
    Hardest,

    /// <summary>Every triplet.</summary>
    All,

    /// <summary>Every triplet whose negative is farther than its positive.</summary>
    AllSemiHard,

    /// <summary>Every other triplet.</summary>
    AllHard,

    /// <summary>Anchors, positives and negatives are given.</summary>
    Given,
}

/// <summary>How losses become one number.</summary>
public enum MiningReduction
{
    /// <summary>The mean over pairs, or what the rule has instead.</summary>
    Pairs,

    /// <summary>The mean over losses above 0.</summary>
    Active,

    /// <summary>The sum.</summary>
    Sum,
}

/// <summary>A batch and a triplet rule as numbers.</summary>
/// <param name="N">Rows.</param>
/// <param name="D">Elements of a row.</param>
/// <param name="Choice">What is chosen.</param>
/// <param name="Reduction">How losses are reduced.</param>
/// <param name="IsSquared">1: the squared distance; 0: its root.</param>
/// <param name="Margin">How much farther a negative should be.</param>
/// <param name="Fitting">Anchors with fewer positives than this have their workspace in shared memory.</param>
/// <param name="Stride">Slots of a workspace in global memory; 0 where none is needed.</param>
/// <param name="SeedLow">Of the random choice.</param>
/// <param name="SeedHigh">Of the random choice.</param>
/// <param name="StreamLow">Of the random choice.</param>
/// <param name="StreamHigh">Of the random choice.</param>
public readonly record struct MiningDims(
    int N, int D, MiningChoice Choice, MiningReduction Reduction, int IsSquared, float Margin, int Fitting,
    int Stride,
    uint SeedLow, uint SeedHigh, uint StreamLow, uint StreamHigh)
{
    /// <summary>Whether the table holds a count for every pair, not a negative.</summary>
    public bool TakesEvery =>
        Choice == MiningChoice.All || Choice == MiningChoice.AllSemiHard || Choice == MiningChoice.AllHard;
}
