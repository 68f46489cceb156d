namespace TripletGpu.Backends.Gpu;

/// <summary>A block of the driver's memory, or the part of it from byte <paramref name="start"/> on.</summary>
sealed class GpuBuffer(nint handle, long start, long bytes) : DeviceBuffer(bytes)
{
    public nint Handle => handle;

    public long Start => start;

    public override DeviceBuffer Part(long first, long count) => new GpuBuffer(handle, start + first, count);
}
