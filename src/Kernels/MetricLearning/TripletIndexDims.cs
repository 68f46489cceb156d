namespace TripletGpu.Kernels.MetricLearning;

/// <summary>A table of triplets and the blocks that it is counted in.</summary>
/// <param name="N">Rows of the batch.</param>
/// <param name="Count">Rows of the table.</param>
/// <param name="Blocks">Parts that are counted side by side.</param>
public readonly record struct TripletIndexDims(int N, int Count, int Blocks)
{
    /// <summary>Rows of the table in each block.</summary>
    public int Each => (Count + Blocks - 1) / Blocks;
}
