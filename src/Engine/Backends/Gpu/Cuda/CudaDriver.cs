using System.Text;
using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>One NVIDIA GPU: its primary context and one stream, kernels compiled by NVRTC on their first
/// launch.</summary>
sealed unsafe class CudaDriver : IGpuDriver
{
    const int OutOfMemory = 2, MaxDynamicShared = 8;
    const uint NonBlocking = 1;

    readonly CudaLibrary cuda;
    readonly NvrtcLibrary compiler;
    readonly ProgramCache cache;
    readonly string[] options;
    readonly int ordinal;
    readonly nint context, stream;
    readonly List<nint> modules = [];
    nint[] kernels = new nint[128];

    public CudaDriver(CudaDevice device, string? cacheFolder = null)
    {
        (cuda, ordinal, Capabilities) = (device.Library, device.Ordinal, device.Capabilities);
        compiler = device.Compiler ?? throw new CudaException($"{device} cannot be used: {device.Unusable}");
        options = NvrtcLibrary.Options(device.Capability, compiler.Architectures());
        cache = new ProgramCache(cacheFolder ?? ProgramCache.DefaultFolder("cuda"));
        nint created;
        cuda.Check(cuda.PrimaryContextRetain(&created, ordinal), $"cuDevicePrimaryCtxRetain for {device}");
        context = created;
        MakeCurrent();
        cuda.Check(cuda.StreamCreate(&created, NonBlocking), "cuStreamCreate");
        stream = created;
    }

    public GpuCapabilities Capabilities { get; }

    public nint Allocate(long bytes)
    {
        MakeCurrent();
        nint buffer;
        int code = cuda.MemAlloc(&buffer, (nuint)bytes);
        if (code == OutOfMemory) throw new DeviceOutOfMemoryException($"{Capabilities.Name} refused {bytes:N0} bytes");
        cuda.Check(code, "cuMemAlloc");
        return buffer;
    }

    public void Free(nint buffer)
    {
        Synchronize(); // what was issued may still use it
        cuda.Check(cuda.MemFree(buffer), "cuMemFree");
    }

    public void Upload(void* from, nint buffer, long bytes)
    {
        MakeCurrent();
        cuda.Check(cuda.CopyToDevice(buffer, from, (nuint)bytes, stream), "cuMemcpyHtoDAsync");
        Synchronize(); // the host's memory is the caller's again
    }

    public void Download(nint buffer, void* to, long bytes)
    {
        MakeCurrent();
        cuda.Check(cuda.CopyToHost(to, buffer, (nuint)bytes, stream), "cuMemcpyDtoHAsync");
        Synchronize();
    }

    public void Copy(nint from, nint to, long bytes)
    {
        MakeCurrent();
        cuda.Check(cuda.CopyOnDevice(to, from, (nuint)bytes, stream), "cuMemcpyDtoDAsync");
    }

    public void Synchronize()
    {
        MakeCurrent();
        cuda.Check(cuda.StreamSynchronize(stream), "cuStreamSynchronize");
    }

    public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        if (size.Count == 0) return;
        MakeCurrent();
        nint built = Kernel(kernel);
        // A view is an address; addresses lie beside the list that points to every argument.
        void** pointers = stackalloc void*[arguments.Length];
        nint* addresses = stackalloc nint[arguments.Length];
        int count = 0, shared = 0;
        foreach (ref readonly KernelArgument argument in arguments)
            switch (argument.Kind)
            {
                case KernelArgumentKind.Value: pointers[count++] = argument.Data; break;
                case KernelArgumentKind.Shared: shared = argument.Size; break;
                case KernelArgumentKind.View:
                    addresses[count] = argument.Buffer + checked((nint)(argument.Offset * argument.Size));
                    pointers[count] = addresses + count;
                    count++;
                    break;
            }
        if (kernel.SharedBytes + shared > SharedLimit)
            cuda.Check(cuda.FunctionSetAttribute(built, MaxDynamicShared, shared), $"shared memory of {kernel.Name}");
        (LaunchSize groups, LaunchSize group) = Shape(kernel, size);
        int code = cuda.LaunchKernel(
            built, (uint)groups.X, (uint)groups.Y, (uint)groups.Z, (uint)group.X, (uint)group.Y, (uint)group.Z,
            (uint)shared,
            stream, pointers, null);
        cuda.Check(code, $"launch of {kernel.Name} with {size}");
    }

    // A kernel that wants more must ask for it.
    const int SharedLimit = 48 * 1024;

    /// <summary>Groups and the items of each; for a kernel with an index enough groups to hold all items.</summary>
    internal static (LaunchSize Groups, LaunchSize Group) Shape(KernelSource kernel, LaunchSize size)
    {
        if (kernel.Group is { } own) return (size, own);
        LaunchSize group = kernel.IndexDimensions switch { 1 => 256, 2 => (32, 8), _ => (32, 4, 2) };
        return (new((size.X + group.X - 1) / group.X, (size.Y + group.Y - 1) / group.Y,
            (size.Z + group.Z - 1) / group.Z), group);
    }

    public void Dispose()
    {
        MakeCurrent();
        _ = cuda.StreamSynchronize(stream); // a device that was lost cannot be waited for
        foreach (nint module in modules) _ = cuda.ModuleUnload(module);
        _ = cuda.StreamDestroy(stream);
        _ = cuda.PrimaryContextRelease(ordinal);
    }

    /// <summary>Contexts belong to threads; the training loop need not run on the one that opened the device.</summary>
    void MakeCurrent() => cuda.Check(cuda.ContextSetCurrent(context), "cuCtxSetCurrent");

    nint Kernel(KernelSource source)
    {
        if (source.Id < kernels.Length && kernels[source.Id] is var known and not 0) return known;
        string key = ProgramCache.KeyOf(compiler.Version, string.Join(' ', options), source.Cuda);
        nint module = 0;
        if (cache.Read(key) is { Length: > 0 } kept) module = Load(kept);
        if (module == 0)
        {
            byte[] ptx = compiler.Compile(source, options);
            module = Load(ptx);
            if (module == 0) throw new CudaException(
                $"the driver does not take the PTX of {source.Name}: it is older than NVRTC {compiler.Version}");
            cache.Write(key, ptx);
        }
        modules.Add(module);
        nint function;
        fixed (byte* name = Encoding.UTF8.GetBytes(source.Entry + "\0"))
            cuda.Check(cuda.ModuleGetFunction(&function, module, name),
            $"cuModuleGetFunction {source.Entry} of {source.Name}");
        if (source.Id >= kernels.Length) Array.Resize(ref kernels, Math.Max(source.Id + 1, kernels.Length * 2));
        return kernels[source.Id] = function;
    }

    /// <summary>0 where the driver does not take it.</summary>
    nint Load(byte[] ptx)
    {
        nint module;
        fixed (byte* p = ptx) return cuda.ModuleLoadData(&module, p) == 0 ? module : 0;
    }
}
