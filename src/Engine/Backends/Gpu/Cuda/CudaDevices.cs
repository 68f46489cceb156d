using System.Runtime.InteropServices;
using System.Text;
using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>The NVIDIA GPUs of this machine.</summary>
public static unsafe class CudaDevices
{
    // CUdevice_attribute of cuda.h.
    const int MaxThreadsPerBlock = 1, MultiprocessorCount = 16, CapabilityMajor = 75, CapabilityMinor = 76,
        SharedPerBlockOptIn = 97;

    /// <summary>
    /// All GPUs in the driver's order; <c>cuda:N</c> is the N-th of them. None, with the reason, where there is no
    /// driver; those that NVRTC is missing for, or cannot compile for, are listed and cannot be used.
    /// </summary>
    public static IReadOnlyList<CudaDevice> Find(out string reason)
    {
        if (CudaLibrary.Load(out reason) is not { } library) return [];
        return Find(library, NvrtcLibrary.Load(out string noCompiler), noCompiler, out reason);
    }

    internal static IReadOnlyList<CudaDevice> Find(
        CudaLibrary library, NvrtcLibrary? compiler, string noCompiler, out string reason)
    {
        reason = "";
        int count = 0, version = 0;
        int code = library.Init(0);
        if (code == 0) code = library.DeviceGetCount(&count);
        if (code != 0 || count == 0)
        {
            reason = code != 0 ? $"the NVIDIA driver does not start: {library.ErrorName(code)} ({code})"
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
        int ordinal = n;
        library.Check(library.DeviceGet(&ordinal, n), "cuDeviceGet");
        byte* name = stackalloc byte[256];
        library.Check(library.DeviceGetName(name, 256, ordinal), "cuDeviceGetName");
        nuint memory;
        library.Check(library.DeviceTotalMem(&memory, ordinal), "cuDeviceTotalMem");
        var capabilities = new GpuCapabilities(
            Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), driver, IsCpu: false,
            Attribute(library, ordinal, MultiprocessorCount), (long)memory,
            Attribute(library, ordinal, SharedPerBlockOptIn),
            Attribute(library, ordinal, MaxThreadsPerBlock), HasDouble: true);
        int capability = 10 * Attribute(library, ordinal, CapabilityMajor)
            + Attribute(library, ordinal, CapabilityMinor);
        NvrtcTarget? target = compiler is null ? null : NvrtcTarget.For(capability, compiler.Architectures());
        return new(library, ordinal, capabilities)
        {
            Compiler = compiler,
            Target = target,
            Unusable = compiler is null ? noCompiler
                : target is null
                ? $"NVRTC {compiler.Version} does not compile for compute capability"
                    + $" {capability / 10}.{capability % 10}: install an older one"
                : "",
        };
    }

    static int Attribute(CudaLibrary library, int ordinal, int what)
    {
        int value;
        library.Check(library.DeviceGetAttribute(&value, what, ordinal), $"cuDeviceGetAttribute {what}");
        return value;
    }
}
