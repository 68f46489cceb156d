namespace TripletGpu.Kernels.MetricLearning;

/// <summary>A batch and a triplet rule as numbers.</summary>
/// <param name="N">Rows.</param>
/// <param name="D">Elements of a row.</param>
/// <param name="Rule">What is chosen.</param>
/// <param name="Reduction">How losses are reduced.</param>
/// <param name="IsSquared">1: the squared distance; 0: its root.</param>
/// <param name="Margin">How much farther a negative should be.</param>
/// <param name="Fitting">Anchors with fewer positives than this have their workspace in shared memory.</param>
/// <param name="Stride">Slots of a workspace in global memory; 0 where none is needed.</param>
/// <param name="First">The first anchor that counts.</param>
/// <param name="End">The row behind the last one.</param>
/// <param name="SeedLow">Of the random choice.</param>
/// <param name="SeedHigh">Of the random choice.</param>
/// <param name="StreamLow">Of the random choice.</param>
/// <param name="StreamHigh">Of the random choice.</param>
/// <param name="Angle"><see cref="AngularTriplets.Factor"/> of the angle; the other rules have none.</param>
public readonly record struct MiningDims(
    int N, int D, MiningRule Rule, TripletReduction Reduction, int IsSquared, float Margin, int Fitting,
    int Stride, int First, int End,
    uint SeedLow, uint SeedHigh, uint StreamLow, uint StreamHigh, float Angle = 0f)
{
    /// <summary>
    /// 1: the kernels read distances that have been measured, a strip that begins with the first anchor's tile, in the
    /// place of packed rows.
    /// </summary>
    public int IsMeasured { get; init; }

    /// <summary>Whether the table has a row an anchor, not one a pair.</summary>
    public bool TakesOneAnAnchor =>
        Rule == MiningRule.Hard || Rule == MiningRule.EasyPositive || Rule == MiningRule.EasyPositiveHard;

    /// <summary>Whether the table holds a count for every pair, not a negative.</summary>
    public bool TakesEvery =>
        Rule == MiningRule.BatchAll || Rule == MiningRule.AllSemihard || Rule == MiningRule.AllHard
        || Rule == MiningRule.Angular;
}
