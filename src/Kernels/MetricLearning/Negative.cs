namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// A row of another class, among an anchor's sorted positives. Fields and not elements of arrays: a field is a
/// register for every compiler.
/// </summary>
/// <param name="Row">The row.</param>
/// <param name="Distance">Its distance to the anchor; infinity: the row is no negative.</param>
/// <param name="Nearer">How many positives are nearer: its bucket.</param>
/// <param name="Easy">For how many it is easy.</param>
readonly record struct Negative(int Row, float Distance, int Nearer, int Easy);
