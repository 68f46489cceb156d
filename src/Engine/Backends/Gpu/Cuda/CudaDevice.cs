using System.Text;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>An NVIDIA GPU, before anything is created on it.</summary>
public sealed class CudaDevice
{
    internal CudaDevice(CudaLibrary library, NvrtcLibrary? compiler, int ordinal, int capability,
        GpuCapabilities capabilities, string unusable) =>
        (Library, Compiler, Ordinal, Capability, Capabilities, Unusable) =
            (library, compiler, ordinal, capability, capabilities, unusable);

    internal CudaLibrary Library { get; }

    internal NvrtcLibrary? Compiler { get; }

    internal int Ordinal { get; }

    /// <summary>The compute capability, 89 for 8.9.</summary>
    public int Capability { get; }

    /// <summary>Name, memory, multiprocessors.</summary>
    public GpuCapabilities Capabilities { get; }

    /// <summary>Why it cannot be used; empty where it can.</summary>
    public string Unusable { get; }

    /// <summary>Opens the device.</summary>
    /// <exception cref="CudaException">The driver refuses.</exception>
    public IGpuDriver Open() => new CudaDriver(this);

    /// <inheritdoc/>
    public override string ToString() => Capabilities.Name;
}

/// <summary>The NVIDIA GPUs of this machine.</summary>
public static unsafe class CudaDevices
{
    const int MultiprocessorCount = 16, MaxThreadsPerBlock = 1, SharedPerBlock = 8, Major = 75, Minor = 76;

    /// <summary>
    /// All GPUs in the driver's order; <c>cuda:N</c> is the N-th of them. None, with the reason, where there is no
    /// driver;
    /// without NVRTC they are listed and cannot be used.
    /// </summary>
    public static IReadOnlyList<CudaDevice> Find(out string reason)
    {
        if (CudaLibrary.Load(out reason) is not { } library) return [];
        NvrtcLibrary? compiler = NvrtcLibrary.Load(out string noCompiler);
        return Find(library, compiler, noCompiler, out reason);
    }

    internal static IReadOnlyList<CudaDevice> Find(CudaLibrary library, NvrtcLibrary? compiler, string noCompiler,
        out string reason)
    {
        reason = "";
        int count = 0, version = 0;
        int code = library.Init(0);
        if (code == 0) code = library.DeviceGetCount(&count);
        if (code != 0 || count == 0)
        {
            reason = code != 0 ? $"the NVIDIA driver does not start (error {code})"
                : "the NVIDIA driver knows no device";
            return [];
        }
        _ = library.DriverGetVersion(&version); // for the name only
        string driver = $"CUDA {version / 1000}.{version % 1000 / 10}"
        + (compiler is null ? "" : $", NVRTC {compiler.Version}");
        return [.. Enumerable.Range(0, count).Select(n => Read(library, compiler, n, driver, noCompiler))];
    }

    static CudaDevice Read(CudaLibrary library, NvrtcLibrary? compiler, int n, string driver, string noCompiler)
    {
        int found;
        library.Check(library.DeviceGet(&found, n), "cuDeviceGet");
        int ordinal = found;
        byte* name = stackalloc byte[256];
        library.Check(library.DeviceGetName(name, 256, ordinal), "cuDeviceGetName");
        nuint memory;
        library.Check(library.DeviceTotalMem(&memory, ordinal), "cuDeviceTotalMem");
        int Attribute(int what)
        {
            int value;
            library.Check(library.DeviceGetAttribute(&value, what, ordinal), "cuDeviceGetAttribute");
            return value;
        }
        var capabilities = new GpuCapabilities(
            Encoding.UTF8.GetString(
            System.Runtime.InteropServices.MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), driver,
            IsCpu: false, Attribute(MultiprocessorCount), (long)memory, Attribute(SharedPerBlock),
            Attribute(MaxThreadsPerBlock),
            HasDouble: true);
        return new(library, compiler, ordinal, 10 * Attribute(Major) + Attribute(Minor), capabilities,
            compiler is null ? noCompiler : "");
    }
}
