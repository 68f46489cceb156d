namespace TripletGpu.Kernels.MetricLearning;

/// <summary>What the gradient of a triplet loss depends on.</summary>
/// <param name="N">Rows.</param>
/// <param name="D">Elements of a row.</param>
/// <param name="Count">Rows of the table.</param>
/// <param name="Rule">What was chosen.</param>
/// <param name="IsSquared">1: the squared distance; 0: its root.</param>
/// <param name="Margin">As mined.</param>
/// <param name="Accumulate">Not 0: adds.</param>
/// <param name="Angle">As mined.</param>
/// <param name="IsIndexed">0: no index names the triplets of a row, which looks through the whole table.</param>
public readonly record struct TripletGradientDims(
    int N, int D, int Count, MiningRule Rule, int IsSquared, float Margin, int Accumulate,
    float Angle = 0f, int IsIndexed = 1);
