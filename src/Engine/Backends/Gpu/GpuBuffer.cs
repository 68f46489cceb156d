namespace TripletGpu.Backends.Gpu;

/// <summary>A block of the driver's memory.</summary>
sealed class GpuBuffer(nint handle, long bytes) : DeviceBuffer(bytes)
{
    public nint Handle => handle;
}
