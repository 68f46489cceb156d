using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Cuda;

/// <summary>
/// One NVIDIA GPU: its primary context and one stream, on which everything runs in the order it is issued.
/// </summary>
sealed unsafe class CudaDriver : IGpuDriver
{
    const int OutOfMemory = 2;
    const uint NonBlocking = 1;

    // cuLaunchKernel takes 2^31 - 1 groups along X.
    const int MostGroupsYZ = 65535;

    readonly CudaLibrary cuda;
    readonly CudaPrograms programs;
    readonly PinnedStaging staging;
    readonly int ordinal;
    readonly nint context, stream;
    KernelProfile? profile;
    CudaEvents? events;
    CudaGraphs? graphs;

    public CudaDriver(CudaDevice device, string? cacheFolder = null)
    {
        if (device.Unusable != "") throw new CudaException($"{device} cannot be used: {device.Unusable}");
        (cuda, ordinal, Capabilities) = (device.Library, device.Ordinal, device.Capabilities);
        nint created;
        cuda.Check(cuda.PrimaryContextRetain(&created, ordinal), $"cuDevicePrimaryCtxRetain for {device}");
        context = created;
        MakeCurrent();
        cuda.Check(cuda.StreamCreate(&created, NonBlocking), "cuStreamCreate");
        stream = created;
        programs = new CudaPrograms(device, new ProgramCache(cacheFolder ?? ProgramCache.DefaultFolder("cuda")));
        staging = new PinnedStaging(cuda);
    }

    public GpuCapabilities Capabilities { get; }

    public bool HasGraphs => cuda.HasGraphs;

    public bool UsesGraphs
    {
        get => graphs is not null;
        set
        {
            if (value == UsesGraphs) return;
            if (!HasGraphs) throw new CudaException($"the driver of {Capabilities.Name} has no graphs: it is too old");
            Synchronize();
            graphs?.Dispose();
            graphs = value ? new CudaGraphs(cuda, stream) : null;
        }
    }

    /// <summary>The graphs in use, for tests; null where there are none.</summary>
    internal CudaGraphs? Graphs => graphs;

    public nint Allocate(long bytes)
    {
        MakeCurrent();
        nint buffer;
        int code = cuda.MemAlloc(&buffer, (nuint)bytes);
        if (code == OutOfMemory)
            throw new DeviceOutOfMemoryException(
                $"{Capabilities.Name} refused {bytes:N0} bytes",
                new CudaException($"cuMemAlloc: {cuda.ErrorName(code)} ({code})", code));
        cuda.Check(code, $"cuMemAlloc of {bytes:N0} bytes");
        return buffer;
    }

    public void Free(nint buffer)
    {
        Synchronize(); // what was issued may still use it
        cuda.Check(cuda.MemFree(buffer), "cuMemFree");
    }

    public void Upload(void* from, nint buffer, long at, long bytes)
    {
        MakeCurrent();
        graphs?.Issue();
        staging.Upload((byte*)from, buffer + (nint)at, bytes, stream);
    }

    public void Download(nint buffer, long at, void* to, long bytes)
    {
        MakeCurrent();
        graphs?.Issue();
        cuda.Check(cuda.CopyToHost(to, buffer + (nint)at, (nuint)bytes, stream), "cuMemcpyDtoHAsync");
        Synchronize();
    }

    public void Copy(nint from, long fromAt, nint to, long toAt, long bytes)
    {
        MakeCurrent();
        graphs?.Issue();
        cuda.Check(
            cuda.CopyOnDevice(to + (nint)toAt, from + (nint)fromAt, (nuint)bytes, stream), "cuMemcpyDtoDAsync");
    }

    public void Synchronize()
    {
        MakeCurrent();
        graphs?.EndStep();
        cuda.Check(cuda.StreamSynchronize(stream), "cuStreamSynchronize");
        events?.Read();
    }

    public KernelProfile? Profile()
    {
        if (profile is not null) return profile;
        UsesGraphs = false; // each launch has its own events
        profile = new KernelProfile();
        events = new CudaEvents(cuda, stream, profile);
        return profile;
    }

    public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        if (size.Count == 0) return;
        MakeCurrent();
        // A view is an address; the addresses lie beside the list that points to every argument.
        void** pointers = stackalloc void*[arguments.Length];
        nint* addresses = stackalloc nint[arguments.Length];
        Span<int> sizes = stackalloc int[arguments.Length];
        int count = 0;
        foreach (ref readonly KernelArgument argument in arguments)
            switch (argument.Kind)
            {
                case KernelArgumentKind.Value:
                    sizes[count] = argument.Size;
                    pointers[count++] = argument.Data;
                    break;
                case KernelArgumentKind.View:
                    addresses[count] = argument.Buffer + checked((nint)(argument.Offset * argument.Size));
                    sizes[count] = sizeof(nint);
                    pointers[count] = addresses + count;
                    count++;
                    break;
            }
        nint function = programs.Kernel(kernel);
        (LaunchSize groups, LaunchSize group) = LaunchShape.Of(kernel, size, Capabilities.MaxGroupItems);
        if (groups.Y > MostGroupsYZ || groups.Z > MostGroupsYZ)
            throw new CudaException(
                $"launch of {kernel.Name} with {groups} groups: CUDA takes {MostGroupsYZ:N0} along Y and Z");
        HeldLaunch launch = new(kernel.Name, function, groups, group);
        if (graphs is not null)
        {
            graphs.Add(launch, pointers, sizes[..count]);
            return;
        }
        nint start = events?.Mark() ?? 0;
        cuda.Launch(launch, pointers, stream);
        events?.Add(kernel.Name, start);
    }

    public void Dispose()
    {
        // A device that was lost cannot be waited for, and its handles cannot be given back: no reason to fail here.
        _ = cuda.ContextSetCurrent(context);
        _ = cuda.StreamSynchronize(stream);
        graphs?.Dispose();
        staging.Dispose();
        programs.Dispose();
        _ = cuda.StreamDestroy(stream);
        _ = cuda.PrimaryContextRelease(ordinal);
    }

    /// <summary>Contexts belong to threads; the training loop need not run on the one that opened the device.</summary>
    void MakeCurrent() => cuda.Check(cuda.ContextSetCurrent(context), "cuCtxSetCurrent");
}
