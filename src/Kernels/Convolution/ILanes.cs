namespace TripletGpu.Kernels.Convolution;

/// <summary>How many neighbouring channels an item takes: one for a GPU, whose items are the lanes.</summary>
public interface ILanes : IKernelTypeArgument
{
    /// <summary>Channels of an item.</summary>
    static abstract int Count { get; }
}

/// <summary>One channel an item.</summary>
public readonly struct OneLane : ILanes
{
    /// <inheritdoc/>
    public static int Count => 1;
}

/// <summary>Thirty-two: two of the widest vectors of a device that is itself a CPU.</summary>
public readonly struct CpuLanes : ILanes
{
    /// <inheritdoc/>
    public static int Count => 32;
}
