using System.Runtime.InteropServices;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// The functions of CUDA's driver API that this backend calls, found at run time in the NVIDIA driver.
/// </summary>
sealed unsafe class CudaLibrary
{
    /// <summary>The library's names on a system. Under WSL it lies where the loader's cache knows it.</summary>
    internal static string[] NamesOn(bool windows) => windows ? ["nvcuda.dll"] : ["libcuda.so.1", "libcuda.so"];

    public readonly delegate* unmanaged<uint, int> Init;
    public readonly delegate* unmanaged<int*, int> DriverGetVersion;
    public readonly delegate* unmanaged<int, byte**, int> GetErrorName;
    public readonly delegate* unmanaged<int*, int> DeviceGetCount;
    public readonly delegate* unmanaged<int*, int, int> DeviceGet;
    public readonly delegate* unmanaged<byte*, int, int, int> DeviceGetName;
    public readonly delegate* unmanaged<int*, int, int, int> DeviceGetAttribute;
    public readonly delegate* unmanaged<nuint*, int, int> DeviceTotalMem;
    public readonly delegate* unmanaged<nint*, int, int> PrimaryContextRetain;
    public readonly delegate* unmanaged<int, int> PrimaryContextRelease;
    public readonly delegate* unmanaged<nint, int> ContextSetCurrent;
    public readonly delegate* unmanaged<nint*, nuint, int> MemAlloc;
    public readonly delegate* unmanaged<nint, int> MemFree;
    public readonly delegate* unmanaged<nint, void*, nuint, nint, int> CopyToDevice;
    public readonly delegate* unmanaged<void*, nint, nuint, nint, int> CopyToHost;
    public readonly delegate* unmanaged<nint, nint, nuint, nint, int> CopyOnDevice;
    public readonly delegate* unmanaged<nint*, uint, int> StreamCreate;
    public readonly delegate* unmanaged<nint, int> StreamDestroy;
    public readonly delegate* unmanaged<nint, int> StreamSynchronize;
    public readonly delegate* unmanaged<nint*, uint, int> EventCreate;
    public readonly delegate* unmanaged<nint, int> EventDestroy;
    public readonly delegate* unmanaged<nint, nint, int> EventRecord;
    public readonly delegate* unmanaged<nint, int> EventSynchronize;
    public readonly delegate* unmanaged<float*, nint, nint, int> EventElapsedTime;
    public readonly delegate* unmanaged<void**, nuint, uint, int> AllocatePinned;
    public readonly delegate* unmanaged<void*, int> FreePinned;
    public readonly delegate* unmanaged<nint*, void*, int> ModuleLoadData;
    public readonly delegate* unmanaged<nint, int> ModuleUnload;
    public readonly delegate* unmanaged<nint*, nint, byte*, int> ModuleGetFunction;
    public readonly delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>
        LaunchKernel;

    // Graphs: of drivers since CUDA 11.4, and null in others.
    public readonly delegate* unmanaged<nint*, uint, int> GraphCreate;
    public readonly delegate* unmanaged<nint*, nint, nint*, nuint, CudaGraph.KernelNode*, int> GraphAddKernelNode;
    public readonly delegate* unmanaged<nint*, nint, ulong, int> GraphInstantiate;
    public readonly delegate* unmanaged<nint, nint, CudaGraph.KernelNode*, int> GraphSetParameters;
    public readonly delegate* unmanaged<nint, nint, int> GraphLaunch;
    public readonly delegate* unmanaged<nint, int> GraphExecDestroy;
    public readonly delegate* unmanaged<nint, int> GraphDestroy;

    CudaLibrary(nint library)
    {
        nint Find(string name) => NativeLibrary.GetExport(library, name);
        Init = (delegate* unmanaged<uint, int>)Find("cuInit");
        DriverGetVersion = (delegate* unmanaged<int*, int>)Find("cuDriverGetVersion");
        GetErrorName = (delegate* unmanaged<int, byte**, int>)Find("cuGetErrorName");
        DeviceGetCount = (delegate* unmanaged<int*, int>)Find("cuDeviceGetCount");
        DeviceGet = (delegate* unmanaged<int*, int, int>)Find("cuDeviceGet");
        DeviceGetName = (delegate* unmanaged<byte*, int, int, int>)Find("cuDeviceGetName");
        DeviceGetAttribute = (delegate* unmanaged<int*, int, int, int>)Find("cuDeviceGetAttribute");
        DeviceTotalMem = (delegate* unmanaged<nuint*, int, int>)Find("cuDeviceTotalMem_v2");
        PrimaryContextRetain = (delegate* unmanaged<nint*, int, int>)Find("cuDevicePrimaryCtxRetain");
        PrimaryContextRelease = (delegate* unmanaged<int, int>)Find("cuDevicePrimaryCtxRelease_v2");
        ContextSetCurrent = (delegate* unmanaged<nint, int>)Find("cuCtxSetCurrent");
        MemAlloc = (delegate* unmanaged<nint*, nuint, int>)Find("cuMemAlloc_v2");
        MemFree = (delegate* unmanaged<nint, int>)Find("cuMemFree_v2");
        CopyToDevice = (delegate* unmanaged<nint, void*, nuint, nint, int>)Find("cuMemcpyHtoDAsync_v2");
        CopyToHost = (delegate* unmanaged<void*, nint, nuint, nint, int>)Find("cuMemcpyDtoHAsync_v2");
        CopyOnDevice = (delegate* unmanaged<nint, nint, nuint, nint, int>)Find("cuMemcpyDtoDAsync_v2");
        StreamCreate = (delegate* unmanaged<nint*, uint, int>)Find("cuStreamCreate");
        StreamDestroy = (delegate* unmanaged<nint, int>)Find("cuStreamDestroy_v2");
        StreamSynchronize = (delegate* unmanaged<nint, int>)Find("cuStreamSynchronize");
        EventCreate = (delegate* unmanaged<nint*, uint, int>)Find("cuEventCreate");
        EventDestroy = (delegate* unmanaged<nint, int>)Find("cuEventDestroy_v2");
        EventRecord = (delegate* unmanaged<nint, nint, int>)Find("cuEventRecord");
        EventSynchronize = (delegate* unmanaged<nint, int>)Find("cuEventSynchronize");
        EventElapsedTime = (delegate* unmanaged<float*, nint, nint, int>)Find("cuEventElapsedTime");
        AllocatePinned = (delegate* unmanaged<void**, nuint, uint, int>)Find("cuMemHostAlloc");
        FreePinned = (delegate* unmanaged<void*, int>)Find("cuMemFreeHost");
        ModuleLoadData = (delegate* unmanaged<nint*, void*, int>)Find("cuModuleLoadData");
        ModuleUnload = (delegate* unmanaged<nint, int>)Find("cuModuleUnload");
        ModuleGetFunction = (delegate* unmanaged<nint*, nint, byte*, int>)Find("cuModuleGetFunction");
        LaunchKernel = (delegate* unmanaged<nint, uint, uint, uint, uint, uint, uint, uint, nint, void**, void**, int>)
            Find("cuLaunchKernel");
        if (!NativeLibrary.TryGetExport(library, "cuGraphInstantiateWithFlags", out nint instantiate)) return;
        GraphInstantiate = (delegate* unmanaged<nint*, nint, ulong, int>)instantiate;
        GraphCreate = (delegate* unmanaged<nint*, uint, int>)Find("cuGraphCreate");
        GraphAddKernelNode = (delegate* unmanaged<nint*, nint, nint*, nuint, CudaGraph.KernelNode*, int>)
            Find("cuGraphAddKernelNode");
        GraphSetParameters = (delegate* unmanaged<nint, nint, CudaGraph.KernelNode*, int>)
            Find("cuGraphExecKernelNodeSetParams");
        GraphLaunch = (delegate* unmanaged<nint, nint, int>)Find("cuGraphLaunch");
        GraphExecDestroy = (delegate* unmanaged<nint, int>)Find("cuGraphExecDestroy");
        GraphDestroy = (delegate* unmanaged<nint, int>)Find("cuGraphDestroy");
    }

    /// <summary>Whether the driver takes graphs.</summary>
    public bool HasGraphs => GraphInstantiate != null;

    /// <summary>Loads the driver, or says why not.</summary>
    /// <param name="reason">What is missing; empty on success.</param>
    /// <param name="names">Where to look; null for the system's usual names.</param>
    public static CudaLibrary? Load(out string reason, IReadOnlyList<string>? names = null) => NativeLibraries.Load(
        names ?? NamesOn(OperatingSystem.IsWindows()), library => new CudaLibrary(library), "NVIDIA driver",
        "install the driver of an NVIDIA GPU", out reason);

    /// <summary>Launches a kernel by itself.</summary>
    /// <param name="launch">The kernel and its size.</param>
    /// <param name="arguments">Where each argument lies.</param>
    /// <param name="stream">Where it goes.</param>
    public void Launch(in HeldLaunch launch, void** arguments, nint stream)
    {
        (LaunchSize groups, LaunchSize group) = (launch.Groups, launch.Group);
        int code = LaunchKernel(
            launch.Function, (uint)groups.X, (uint)groups.Y, (uint)groups.Z, (uint)group.X, (uint)group.Y,
            (uint)group.Z, 0, stream, arguments, null);
        Check(code, $"launch of {launch.Kernel} with {groups} groups of {group}");
    }

    /// <summary>Throws if a call failed, with its name and the error's.</summary>
    public void Check(int code, string call)
    {
        if (code != 0) throw new CudaException($"{call}: {ErrorName(code)} ({code})", code);
    }

    /// <summary>The driver's name for an error: <c>CUDA_ERROR_NO_DEVICE</c>.</summary>
    public string ErrorName(int code)
    {
        byte* name = null;
        return GetErrorName(code, &name) == 0 && name != null ? Marshal.PtrToStringUTF8((nint)name)! : "unknown error";
    }
}
