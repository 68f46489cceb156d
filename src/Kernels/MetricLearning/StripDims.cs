namespace TripletGpu.Kernels.MetricLearning;

/// <summary>A strip of the distances between the rows of a batch: some rows to all.</summary>
/// <param name="N">Rows of the batch.</param>
/// <param name="D">Elements of a row.</param>
/// <param name="First">The strip's first row, a multiple of <see cref="DistanceKernels.Side"/>.</param>
public readonly record struct StripDims(int N, int D, int First)
{
    /// <summary>
    /// Distances from one of the strip's rows to the next: N, and what fills up the last tile.
    /// </summary>
    public int Width => WidthOf(N);

    /// <summary>The same of N rows.</summary>
    public static int WidthOf(int n) => (n + DistanceKernels.Side - 1) / DistanceKernels.Side * DistanceKernels.Side;

    /// <summary>The first row of the strip that begins with this row, or up to a tile before it.</summary>
    public static int FirstOf(int row) => row / DistanceKernels.Side * DistanceKernels.Side;
}
