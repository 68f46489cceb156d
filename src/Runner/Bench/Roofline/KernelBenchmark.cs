using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Models;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Times kernels of the catalog on a device.</summary>
sealed class KernelBenchmark
{
    readonly GpuBackend backend;
    readonly KernelProfile? clock;

    /// <param name="device">A device with kernels.</param>
    public KernelBenchmark(Device device)
    {
        backend = (GpuBackend)device.Backend;
        Peaks = DevicePeaks.Measure(device);
        clock = DeviceClock.Start(backend.Driver);
    }

    /// <summary>What the device reached.</summary>
    public DevicePeaks Peaks { get; }

    /// <summary>Whose clock times are of.</summary>
    public string Clock => clock is null ? "host" : "device";

    /// <summary>Times one launch.</summary>
    /// <exception cref="UserErrorException">The device has no memory for it.</exception>
    public KernelRow Run(KernelWork work)
    {
        try
        {
            return KernelRow.Of(work, new KernelTimer(backend.Driver, clock).Time(work), Peaks);
        }
        catch (Backends.DeviceOutOfMemoryException exception)
        {
            throw new UserErrorException($"{work.Kernel} at {work.Size}: {exception.Message}", exception);
        }
    }
}
