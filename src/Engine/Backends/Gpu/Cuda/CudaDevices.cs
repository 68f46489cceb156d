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
    /// driver; where NVRTC is missing, or compiles for none of them, ILGPU still does.
    /// </summary>
    public static IReadOnlyList<CudaDevice> Find(out string reason)
    {
        if (CudaLibrary.Load(out reason) is not { } library) return [];
        return Find(library, NvrtcLibrary.LoadAll(out string noCompiler), noCompiler, out reason);
    }

    internal static IReadOnlyList<CudaDevice> Find(
        CudaLibrary library, IReadOnlyList<NvrtcLibrary> compilers, string noCompiler, out string reason)
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
        string driver = $"CUDA {version / 1000}.{version % 1000 / 10}";
        return [.. Enumerable.Range(0, count).Select(n => Read(library, compilers, n, driver, noCompiler))];
    }

    static CudaDevice Read(
        CudaLibrary library, IReadOnlyList<NvrtcLibrary> compilers, int n, string driver, string noCompiler)
    {
        int ordinal = n;
        library.Check(library.DeviceGet(&ordinal, n), "cuDeviceGet");
        byte* name = stackalloc byte[256];
        library.Check(library.DeviceGetName(name, 256, ordinal), "cuDeviceGetName");
        nuint memory;
        library.Check(library.DeviceTotalMem(&memory, ordinal), "cuDeviceTotalMem");
        int capability = 10 * Attribute(library, ordinal, CapabilityMajor)
            + Attribute(library, ordinal, CapabilityMinor);
        var capabilities = new GpuCapabilities(
            Encoding.UTF8.GetString(MemoryMarshal.CreateReadOnlySpanFromNullTerminated(name)), driver, IsCpu: false,
            Attribute(library, ordinal, MultiprocessorCount), (long)memory,
            Attribute(library, ordinal, SharedPerBlockOptIn),
            Attribute(library, ordinal, MaxThreadsPerBlock))
        {
            HasTensorCores = capability >= 80,
        };
        (NvrtcLibrary Compiler, NvrtcTarget Target)? choice = NvrtcChoice.For(library, ordinal, capability, compilers);
        return new(library, ordinal, capabilities)
        {
            Compiler = choice?.Compiler,
            Target = choice?.Target,
            Unusable = choice is not null ? ""
                : compilers.Count == 0 ? noCompiler
                : $"NVRTC {string.Join(", ", compilers.Select(c => c.Version))} does not compile for compute capability"
                    + $" {capability / 10}.{capability % 10}, or not what the driver loads: install another version",
        };
    }

    static int Attribute(CudaLibrary library, int ordinal, int what)
    {
        int value;
        library.Check(library.DeviceGetAttribute(&value, what, ordinal), $"cuDeviceGetAttribute {what}");
        return value;
    }
}
