using ILGPU;

namespace TripletGpu.Kernels.MetricLearning;

/// <summary>
/// The table's rows of anchors that do not count, where a loss is mined in parts: without a loss, and for the rules
/// that take every triplet with a positive so near that no negative is too.
/// </summary>
public static partial class LeftOutKernels
{
    /// <summary>Parallel over the rows of the batch, 16 bytes a pair. classes: <see cref="ClassIndex"/>.</summary>
    [Kernel]
    public static void Pairs(
        Index1D row, ArrayView<int> classes, ArrayView<int> triplets, ArrayView<float> losses, MiningDims dims)
    {
        if (row >= dims.First && row < dims.End) return;
        int from = dims.TakesOneAnAnchor ? (int)row : ClassIndex.FirstPair(classes, dims.N, row);
        int end = dims.TakesOneAnAnchor ? row + 1 : ClassIndex.FirstPair(classes, dims.N, row + 1);
        for (int t = from; t < end; t++)
        {
            triplets[3 * t] = row;
            triplets[3 * t + 1] = -1;
            triplets[3 * t + 2] = dims.TakesEvery ? 0 : -1;
            losses[t] = dims.TakesEvery ? float.NegativeInfinity : 0f;
        }
    }

    /// <summary>The same for triplets that are given. Parallel over triplets.</summary>
    [Kernel]
    public static void Given(Index1D i, ArrayView<int> triplets, ArrayView<float> losses, MiningDims dims)
    {
        if (i >= dims.First && i < dims.End) return;
        int m = dims.N / 3;
        triplets[3 * i] = i;
        triplets[3 * i + 1] = m + i;
        triplets[3 * i + 2] = 2 * m + i;
        losses[i] = 0f;
    }
}
