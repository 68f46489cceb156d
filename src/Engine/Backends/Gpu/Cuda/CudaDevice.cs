using TripletGpu.Backends.Gpu.Drivers;

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

    /// <summary>Why it cannot be used; empty where it can.</summary>
    public string Unusable { get; init; } = "";

    /// <summary>Opens the device.</summary>
    /// <exception cref="CudaException">It cannot be used, or the driver refuses.</exception>
    public IGpuDriver Open() => new CudaDriver(this);

    /// <inheritdoc/>
    public override string ToString() => Capabilities.Name;
}
