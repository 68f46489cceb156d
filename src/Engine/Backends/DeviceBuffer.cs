namespace TripletGpu.Backends;

/// <summary>A block of device memory. Only the backend that allocated it knows what is inside.</summary>
/// <param name="bytes">Its size: a size class of <see cref="BufferPool"/>.</param>
public abstract class DeviceBuffer(long bytes)
{
    /// <summary>The size in bytes; at least what was asked for.</summary>
    public long Bytes { get; } = bytes;
}
