using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>
/// What the operations on a GPU need of a driver: memory, an in-order queue, kernels built from text on their first
/// launch. Buffers are handles of the driver's own; copies and launches run in the order they are issued.
/// </summary>
public interface IGpuDriver : IKernelQueue, IDisposable
{
    /// <summary>What the device can do.</summary>
    GpuCapabilities Capabilities { get; }

    /// <summary>Whether the driver can take launches together, as a graph.</summary>
    bool HasGraphs => false;

    /// <summary>
    /// Whether launches are held back, some at a time or until somebody waits, uploads or copies, and given to the
    /// device together where they have been before: a launch then takes less of the host's time, and begins later.
    /// </summary>
    /// <exception cref="DriverException">The driver has no graphs.</exception>
    bool UsesGraphs
    {
        get => false;
        set
        {
            if (value) throw new DriverException($"{Capabilities.Name} takes no graphs: only NVIDIA's driver does");
        }
    }

    /// <summary>Allocates device memory; its contents are undefined.</summary>
    /// <exception cref="DeviceOutOfMemoryException">The device has no such block left.</exception>
    nint Allocate(long bytes);

    /// <summary>Gives memory back after what was issued has run.</summary>
    void Free(nint buffer);

    /// <summary>Copies host memory to a buffer, from its byte <paramref name="at"/> on.</summary>
    unsafe void Upload(void* from, nint buffer, long at, long bytes);

    /// <summary>
    /// Waits for what was issued and copies a buffer to the host, from its byte <paramref name="at"/> on.
    /// </summary>
    unsafe void Download(nint buffer, long at, void* to, long bytes);

    /// <summary>Copies from a place in one buffer to a place in another, in bytes from their starts.</summary>
    void Copy(nint from, long fromAt, nint to, long toAt, long bytes);

    /// <summary>Waits until everything issued so far has run.</summary>
    void Synchronize();

    /// <summary>
    /// Times every launch on the device from now on; the times are there after each wait. Null where the driver cannot.
    /// </summary>
    KernelProfile? Profile();
}
