using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>An NVIDIA GPU, before anything is created on it.</summary>
public sealed class CudaDevice
{
    internal CudaDevice(CudaLibrary library, int ordinal, GpuCapabilities capabilities) =>
        (Library, Ordinal, Capabilities) = (library, ordinal, capabilities);

    internal CudaLibrary Library { get; }

    /// <summary>The driver's number of the device.</summary>
    internal int Ordinal { get; }

    /// <summary>The compiler; null where there is none.</summary>
    internal NvrtcLibrary? Compiler { get; init; }

    /// <summary>What the compiler makes for this device; null where it cannot.</summary>
    internal NvrtcTarget? Target { get; init; }

    /// <summary>Name, memory, multiprocessors.</summary>
    public GpuCapabilities Capabilities { get; }

    /// <summary>The compiler's version, <c>12.4</c>; null where there is none.</summary>
    public string? CompilerVersion => Compiler?.Version;

    /// <summary>Why NVRTC does not compile for it; empty where it does.</summary>
    public string Unusable { get; init; } = "";

    /// <summary>Opens the device; NVRTC compiles.</summary>
    /// <exception cref="CudaException">There is no such compiler, or the driver refuses.</exception>
    public IGpuDriver Open() => new CudaDriver(this);

    /// <summary>Opens the device; ILGPU compiles, which takes nothing but the driver.</summary>
    /// <exception cref="DriverException">ILGPU cannot compile for it, or the driver refuses.</exception>
    public IGpuDriver OpenIlgpu() => IlgpuDevices.OpenCuda(Ordinal);

    /// <inheritdoc/>
    public override string ToString() => Capabilities.Name;
}
