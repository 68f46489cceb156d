namespace TripletGpu.Backends;

/// <summary>
/// A block of device memory, or a part of one. Only the backend that allocated it knows what is inside.
/// </summary>
/// <param name="bytes">Its size: of a block, a size class of <see cref="BufferPool"/>.</param>
public abstract class DeviceBuffer(long bytes)
{
    /// <summary>The size in bytes; at least what was asked for.</summary>
    public long Bytes { get; } = bytes;

    /// <summary>A window on this memory, which goes back with the block and not by itself.</summary>
    /// <param name="start">Its first byte.</param>
    /// <param name="bytes">Its size.</param>
    public abstract DeviceBuffer Part(long start, long bytes);
}
