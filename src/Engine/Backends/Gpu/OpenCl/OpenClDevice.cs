using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Ilgpu;

namespace TripletGpu.Backends.Gpu.OpenCl;

/// <summary>A device of the machine, before anything is created on it.</summary>
public sealed unsafe class OpenClDevice
{
    internal OpenClDevice(OpenClLibrary library, nint id, string platform, GpuCapabilities capabilities,
        string unusable) =>
        (Library, Id, Platform, Capabilities, Unusable) = (library, id, platform, capabilities, unusable);

    internal OpenClLibrary Library { get; }

    internal nint Id { get; }

    /// <summary>The platform's name: <c>NVIDIA CUDA</c>, <c>Portable Computing Language</c>.</summary>
    public string Platform { get; }

    /// <summary>Name, memory, cores.</summary>
    public GpuCapabilities Capabilities { get; }

    /// <summary>Why it cannot be used; empty where it can.</summary>
    public string Unusable { get; }

    /// <summary>Whether it can round quotients and square roots of floats correctly.</summary>
    internal bool RoundsDivision => (SingleConfig & 1 << 7) != 0;

    /// <summary>Whether it has an instruction for <c>fma</c>, not only a function.</summary>
    internal bool Fuses => (SingleConfig & 1 << 5) != 0;

    ulong SingleConfig
    {
        get
        {
            const uint singleConfig = 0x101B;
            ulong config = 0;
            _ = Library.GetDeviceInfo(Id, singleConfig, sizeof(ulong), &config, null); // unknown: it has nothing
            return config;
        }
    }

    /// <summary>Why ILGPU's OpenCL code is not for it; empty where it is.</summary>
    public string UnusableByIlgpu
    {
        get
        {
            const uint genericAddressSpace = 0x1069; // a query of OpenCL 3.0
            uint has = 0;
            if (!Capabilities.IsCpu)
                return "ILGPU's OpenCL code fences only global memory at a barrier and takes the wrong branch where a"
                    + " comparison meets NaN; our own compiler serves every OpenCL GPU";
            return Library.GetDeviceInfo(Id, genericAddressSpace, sizeof(uint), &has, null) == 0 && has != 0 ? ""
                : "the device has no generic address space, which ILGPU's OpenCL code needs";
        }
    }

    /// <summary>Opens the device; its own driver compiles our OpenCL C.</summary>
    /// <exception cref="OpenClException">The driver refuses.</exception>
    public IGpuDriver Open() => new OpenClDriver(this);

    /// <summary>Opens the device; ILGPU makes the OpenCL C.</summary>
    /// <exception cref="DriverException">ILGPU cannot compile for it, or the driver refuses.</exception>
    public IGpuDriver OpenIlgpu() => IlgpuDevices.OpenOpenCl(Id);

    /// <inheritdoc/>
    public override string ToString() => $"{Capabilities.Name} ({Platform})";
}
