namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// How the items of a group share sums over a batch: those along X take neighbours, those along Y parts of the batch.
/// </summary>
public interface ILanes : IGroupShape
{
    /// <summary>Neighbours that an item takes: one on a GPU, whose items are the lanes.</summary>
    static abstract int Count { get; }
}

/// <summary>For GPUs: one neighbour an item, and eight parts of the batch at a time.</summary>
public readonly struct GroupLanes : ILanes
{
    /// <inheritdoc/>
    public static int GroupX => 16;

    /// <inheritdoc/>
    public static int GroupY => 8;

    /// <inheritdoc/>
    public static int Count => 1;
}

/// <summary>
/// For a device that is a CPU: thirty-two neighbours, two of its widest vectors, and one part after the other.
/// </summary>
public readonly struct CpuLanes : ILanes
{
    /// <inheritdoc/>
    public static int GroupX => 1;

    /// <inheritdoc/>
    public static int GroupY => 1;

    /// <inheritdoc/>
    public static int Count => 32;
}
