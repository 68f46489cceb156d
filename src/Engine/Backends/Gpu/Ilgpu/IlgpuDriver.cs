using ILGPU;
using ILGPU.Runtime;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// A device through ILGPU's own compilers. A buffer's handle is its number in a table; kernels are loaded once, as
/// typed launchers.
/// </summary>
/// <param name="context">Disposed with the driver.</param>
/// <param name="accelerator">Disposed with the driver.</param>
sealed unsafe class IlgpuDriver(Context context, Accelerator accelerator) : IGpuDriver, IIlgpuViews
{
    readonly Dictionary<nint, MemoryBuffer1D<byte, Stride1D.Dense>> buffers = [];
    IlgpuLaunch?[] kernels = new IlgpuLaunch?[128];
    nint lastHandle;

    public GpuCapabilities Capabilities { get; } = Read(accelerator);

    /// <summary>What ILGPU tells about a device.</summary>
    public static GpuCapabilities Read(Accelerator accelerator) => new(
        accelerator.Name, $"ILGPU, {accelerator.AcceleratorType}",
        IsCpu: accelerator.AcceleratorType == AcceleratorType.CPU,
        accelerator.NumMultiprocessors, accelerator.MemorySize, accelerator.MaxSharedMemoryPerGroup,
        accelerator.MaxNumThreadsPerGroup, HasDouble: true);

    public nint Allocate(long bytes)
    {
        try
        {
            buffers.Add(++lastHandle, accelerator.Allocate1D<byte>(bytes));
        }
        catch (AcceleratorException exception)
        {
            throw new DeviceOutOfMemoryException(
                $"{Capabilities.Name} refused {bytes:N0} bytes: {exception.Message}", exception);
        }
        return lastHandle;
    }

    public void Free(nint buffer)
    {
        Synchronize(); // what was issued may still use it
        buffers.Remove(buffer, out MemoryBuffer1D<byte, Stride1D.Dense>? freed);
        freed?.Dispose();
    }

    public void Upload(void* from, nint buffer, long bytes) => Call("upload", () =>
    {
        Bytes(buffer, bytes).CopyFromCPUUnsafeAsync(accelerator.DefaultStream, ref *(byte*)from, bytes);
        accelerator.Synchronize(); // the host's memory is the caller's again
    });

    public void Download(nint buffer, void* to, long bytes) => Call("download", () =>
    {
        Bytes(buffer, bytes).CopyToCPUUnsafeAsync(accelerator.DefaultStream, ref *(byte*)to, bytes);
        accelerator.Synchronize();
    });

    public void Copy(nint from, nint to, long bytes) =>
        Call("copy", () => Bytes(from, bytes).CopyTo(accelerator.DefaultStream, Bytes(to, bytes)));

    public void Synchronize() => Call("synchronize", accelerator.Synchronize);

    // ILGPU's profiling markers are off by default and cost every stream; OpenCL and CUDA time the same kernels.
    public KernelProfile? Profile() => null;

    public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        if (size.Count == 0) return;
        try
        {
            Kernel(kernel)(this, size, arguments);
        }
        catch (Exception exception) when (exception is AcceleratorException or InternalCompilerException)
        {
            throw new DriverException($"launch of {kernel.Name} with {size}: {exception.Message}");
        }
    }

    /// <inheritdoc/>
    public ArrayView<T> View<T>(in KernelArgument argument) where T : unmanaged
    {
        ArrayView<byte> bytes = buffers[argument.Buffer].View;
        return bytes.Cast<T>().SubView(checked((int)argument.Offset), argument.Count);
    }

    public void Dispose()
    {
        foreach (MemoryBuffer1D<byte, Stride1D.Dense> buffer in buffers.Values) buffer.Dispose();
        accelerator.Dispose();
        context.Dispose();
    }

    IlgpuLaunch Kernel(KernelSource source)
    {
        if (source.Id >= kernels.Length) Array.Resize(ref kernels, Math.Max(source.Id + 1, kernels.Length * 2));
        return kernels[source.Id] ??= source.Ilgpu is { } load
            ? load(accelerator)
            : throw new DriverException(
                $"{source.Name} has no ILGPU launcher: build TripletGpu.Kernels with the ILGPU package");
    }

    ArrayView<byte> Bytes(nint buffer, long bytes)
    {
        ArrayView<byte> all = buffers[buffer].View;
        return all.SubView(0, checked((int)bytes));
    }

    static void Call(string what, Action action)
    {
        try
        {
            action();
        }
        catch (AcceleratorException exception)
        {
            throw new DriverException($"ILGPU, {what}: {exception.Message}");
        }
    }
}
