using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.OpenCl;

/// <summary>One OpenCL device with an in-order queue.</summary>
sealed unsafe class OpenClDriver : IGpuDriver
{
    const ulong ReadWrite = 1, Profiling = 2;
    const uint Blocking = 1;

    readonly OpenClLibrary library;
    readonly OpenClPrograms programs;
    readonly OpenClDevice device;
    readonly nint context;
    nint queue;
    KernelProfile? profile;
    OpenClEvents? events;

    public OpenClDriver(OpenClDevice device, string? cacheFolder = null)
    {
        this.device = device;
        library = device.Library;
        Capabilities = device.Capabilities;
        nint id = device.Id;
        int error;
        context = library.CreateContext(null, 1, &id, null, null, &error);
        OpenClException.Check(error, $"clCreateContext for {device}");
        queue = Queue(0);
        programs = new OpenClPrograms(device, context,
            new ProgramCache(cacheFolder ?? ProgramCache.DefaultFolder("opencl")));
    }

    public GpuCapabilities Capabilities { get; }

    public nint Allocate(long bytes)
    {
        int error;
        nint buffer = library.CreateBuffer(context, ReadWrite, (nuint)bytes, null, &error);
        // Out of memory is -4, -5 or -6; larger than the device allows at once is -61.
        if (error is -4 or -5 or -6 or -61)
            throw new DeviceOutOfMemoryException($"{Capabilities.Name} refused {bytes:N0} bytes",
            new OpenClException(error, "clCreateBuffer"));
        OpenClException.Check(error, "clCreateBuffer");
        return buffer;
    }

    public void Free(nint buffer) => OpenClException.Check(library.ReleaseMemObject(buffer), "clReleaseMemObject");

    public void Upload(void* from, nint buffer, long at, long bytes) => OpenClException.Check(
        library.EnqueueWriteBuffer(queue, buffer, Blocking, (nuint)at, (nuint)bytes, from, 0, null, null),
        "clEnqueueWriteBuffer");

    public void Download(nint buffer, long at, void* to, long bytes)
    {
        OpenClException.Check(
            library.EnqueueReadBuffer(queue, buffer, Blocking, (nuint)at, (nuint)bytes, to, 0, null, null),
            "clEnqueueReadBuffer");
        AfterWait();
    }

    public void Copy(nint from, long fromAt, nint to, long toAt, long bytes) => OpenClException.Check(
        library.EnqueueCopyBuffer(queue, from, to, (nuint)fromAt, (nuint)toAt, (nuint)bytes, 0, null, null),
        "clEnqueueCopyBuffer");

    public void Synchronize()
    {
        OpenClException.Check(library.Finish(queue), "clFinish");
        AfterWait();
    }

    public KernelProfile? Profile()
    {
        if (profile is not null) return profile;
        Synchronize();
        _ = library.ReleaseCommandQueue(queue);
        queue = Queue(Profiling);
        profile = new KernelProfile();
        events = new OpenClEvents(library, profile);
        return profile;
    }

    public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        if (size.Count == 0) return;
        nint built = programs.Kernel(kernel);
        uint index = 0;
        foreach (ref readonly KernelArgument argument in arguments)
            switch (argument.Kind)
            {
                case KernelArgumentKind.Value: Set(kernel, built, index++, argument.Size, argument.Data); break;
                case KernelArgumentKind.View:
                    nint buffer = argument.Buffer;
                    long offset = argument.Offset;
                    Set(kernel, built, index++, sizeof(nint), &buffer);
                    Set(kernel, built, index++, sizeof(long), &offset);
                    break;
            }
        (LaunchSize groups, LaunchSize group) = LaunchShape.Of(kernel, size, Capabilities.MaxGroupItems);
        nuint* local = stackalloc nuint[] { (nuint)group.X, (nuint)group.Y, (nuint)group.Z };
        // OpenCL counts items.
        nuint* global = stackalloc nuint[]
        {
            (nuint)groups.X * local[0], (nuint)groups.Y * local[1], (nuint)groups.Z * local[2],
        };
        nint launched = 0;
        int code = library.EnqueueNDRangeKernel(
            queue, built, 3, null, global, local, 0, null, events is null ? null : &launched);
        if (code != 0) throw new OpenClException(code, $"launch of {kernel.Name} with {size}");
        events?.Add(kernel.Name, launched);
    }

    nint Queue(ulong properties)
    {
        int error;
        nint created = library.CreateCommandQueue(context, device.Id, properties, &error);
        OpenClException.Check(error, $"clCreateCommandQueue for {device}");
        return created;
    }

    void AfterWait()
    {
        programs.Save();
        events?.Read();
    }

    void Set(KernelSource kernel, nint built, uint index, int size, void* value)
    {
        int code = library.SetKernelArg(built, index, (nuint)size, value);
        if (code != 0) throw new OpenClException(code, $"{kernel.Name}, argument {index} of {size} bytes");
    }

    public void Dispose()
    {
        _ = library.Finish(queue); // a device that was lost cannot be waited for
        programs.Dispose();
        _ = library.ReleaseCommandQueue(queue);
        _ = library.ReleaseContext(context);
    }
}
