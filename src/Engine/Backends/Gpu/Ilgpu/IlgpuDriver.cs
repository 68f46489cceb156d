using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
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
    // What ILGPU had begun of a refused kernel stays in its context, and any kernel that it compiles next then fails
    // with an AggregateException, which does not say so.
    string? refused;
    IlgpuLaunch?[] kernels = new IlgpuLaunch?[128];
    nint lastHandle;

    public GpuCapabilities Capabilities { get; } = Read(accelerator.Device);

    /// <summary>
    /// What ILGPU tells about a device. Its CPU accelerator has the machine's memory; an OpenCL device may be a CPU
    /// too.
    /// </summary>
    public static GpuCapabilities Read(ILGPU.Runtime.Device device)
    {
        bool callsCSharp = device.AcceleratorType == AcceleratorType.CPU;
        bool isCpu = callsCSharp
            || (device is CLDevice openCl && openCl.DeviceType.HasFlag(CLDeviceType.CL_DEVICE_TYPE_CPU));
        return new(
            device.Name, $"ILGPU {IlgpuDevices.Version}", isCpu, device.NumMultiprocessors,
            callsCSharp ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes : device.MemorySize,
            device.MaxSharedMemoryPerGroup, device.MaxNumThreadsPerGroup)
        {
            HasTensorCores = device is CudaDevice { Architecture: { } architecture }
                && architecture >= CudaArchitecture.SM_80,
        };
    }

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

    public void Upload(void* from, nint buffer, long at, long bytes)
    {
        try
        {
            ArrayView<byte> to = Bytes(buffer, at, bytes);
            to.CopyFromCPUUnsafeAsync(accelerator.DefaultStream, ref *(byte*)from, bytes);
            accelerator.Synchronize(); // the host's memory is the caller's again
        }
        catch (AcceleratorException exception)
        {
            throw Failed($"upload of {bytes:N0} bytes", exception);
        }
    }

    public void Download(nint buffer, long at, void* to, long bytes)
    {
        try
        {
            Bytes(buffer, at, bytes).CopyToCPUUnsafeAsync(accelerator.DefaultStream, ref *(byte*)to, bytes);
            accelerator.Synchronize();
        }
        catch (AcceleratorException exception)
        {
            throw Failed($"download of {bytes:N0} bytes", exception);
        }
    }

    public void Copy(nint from, long fromAt, nint to, long toAt, long bytes)
    {
        try
        {
            Bytes(from, fromAt, bytes).CopyTo(accelerator.DefaultStream, Bytes(to, toAt, bytes));
        }
        catch (AcceleratorException exception)
        {
            throw Failed($"copy of {bytes:N0} bytes", exception);
        }
    }

    public void Synchronize()
    {
        try
        {
            accelerator.Synchronize();
        }
        catch (AcceleratorException exception)
        {
            throw Failed("wait", exception);
        }
    }

    // ILGPU's profiling markers are off by default and cost every stream; OpenCL and CUDA time the same kernels.
    public KernelProfile? Profile() => null;

    public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        if (size.Count == 0) return;
        try
        {
            accelerator.Bind(); // CUDA's contexts belong to threads
            Kernel(kernel)(this, size, arguments);
        }
        catch (InternalCompilerException exception)
        {
            refused ??= $"{kernel.Name} ({exception.Message})";
            throw NotLaunched(exception.Message);
        }
        catch (AggregateException exception)
        {
            throw NotLaunched(refused is null ? exception.Message : $"ILGPU has refused {refused}");
        }
        catch (AcceleratorException exception)
        {
            throw NotLaunched(exception.Message);
        }

        DriverException NotLaunched(string why) => new($"launch of {kernel.Name} with {size}: {why}");
    }

    /// <inheritdoc/>
    public ArrayView<T> View<T>(in KernelArgument argument) where T : unmanaged
    {
        ArrayView<byte> bytes = buffers[argument.Buffer].View;
        return bytes.Cast<T>().SubView(argument.Offset, argument.Count);
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
                $"{source.Name} has no ILGPU launcher: it was not made by the kernel compiler");
    }

    ArrayView<byte> Bytes(nint buffer, long at, long bytes)
    {
        ArrayView<byte> all = buffers[buffer].View;
        return all.SubView(at, bytes);
    }

    static DriverException Failed(string what, AcceleratorException exception) =>
        new($"ILGPU, {what}: {exception.Message}");
}
