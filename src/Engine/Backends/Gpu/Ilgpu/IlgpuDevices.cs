using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>A device that ILGPU found.</summary>
/// <param name="Capabilities">Name, memory, multiprocessors.</param>
/// <param name="IsCuda">Whether ILGPU reaches it through CUDA.</param>
/// <param name="Open">Opens it.</param>
public sealed record IlgpuDevice(GpuCapabilities Capabilities, bool IsCuda, Func<IGpuDriver> Open);

/// <summary>The devices that ILGPU finds, in a build with the ILGPU package.</summary>
public static class IlgpuDevices
{
    // 256 items a group: the most that any kernel has. ILGPU's default CPU device allows 16.
    static CPUDevice Cpu => new(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 8, numMultiprocessors: 1);

    /// <summary>All devices in ILGPU's order; <c>ilgpu:N</c> is the N-th of them.</summary>
    public static IReadOnlyList<IlgpuDevice> Find(out string reason)
    {
        reason = "";
        using Context context = CreateContext();
        return [.. context.Devices.Select((device, n) =>
            new IlgpuDevice(Read(context, device), device.AcceleratorType == AcceleratorType.Cuda, () => Open(n)))];
    }

    /// <summary>
    /// ILGPU's CPU accelerator, which calls a kernel's C# itself, a thread an item: for tests, and to step through.
    /// </summary>
    public static IGpuDriver OpenCpu()
    {
        Context context = IlgpuContext.Create(builder => builder.CPU(Cpu));
        return new IlgpuDriver(context, context.Devices[0].CreateAccelerator(context));
    }

    static IlgpuDriver Open(int n)
    {
        Context context = CreateContext();
        return new IlgpuDriver(context, context.Devices[n].CreateAccelerator(context));
    }

    static Context CreateContext() => IlgpuContext.Create(builder => builder.Cuda().OpenCL().CPU(Cpu));

    static GpuCapabilities Read(Context context, ILGPU.Runtime.Device device)
    {
        using Accelerator accelerator = device.CreateAccelerator(context);
        return IlgpuDriver.Read(accelerator);
    }
}
