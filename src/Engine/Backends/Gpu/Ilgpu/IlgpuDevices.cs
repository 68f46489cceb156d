using ILGPU;
using ILGPU.Backends.OpenCL;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Backends.Gpu.Ilgpu;

/// <summary>
/// Devices whose kernels ILGPU compiles: those that the CUDA and OpenCL drivers find, and its own CPU accelerator.
/// ILGPU itself is loaded when one is opened.
/// </summary>
public static class IlgpuDevices
{
    /// <summary>ILGPU's version: <c>1.5.3</c>.</summary>
    public static string Version => typeof(Context).Assembly.GetName().Version!.ToString(3);

    // 256 items a group: the most that any kernel has. ILGPU's default CPU device allows 16.
    static CPUDevice Cpu => new(numThreadsPerWarp: 32, numWarpsPerMultiprocessor: 8, numMultiprocessors: 1);

    /// <summary>An NVIDIA GPU; its driver alone is enough.</summary>
    /// <param name="ordinal">The driver's number of the device.</param>
    /// <exception cref="DriverException">ILGPU cannot compile for it.</exception>
    public static IGpuDriver OpenCuda(int ordinal)
    {
        NativeNames.Resolve();
        if (CudaDevice.GetDevices(d => d.DeviceId == ordinal) is not [CudaDevice device, ..])
            throw new DriverException($"ILGPU {Version} does not find the NVIDIA driver's device {ordinal}");
        return device.InstructionSet is { } set && PTXCodeGenerator.SupportedInstructionSets.Contains(set)
            ? Open(device)
            : throw new DriverException(
                $"ILGPU {Version} does not compile for {device.Architecture} with driver {device.DriverVersion}");
    }

    /// <summary>An OpenCL device.</summary>
    /// <param name="id">The driver's handle of the device.</param>
    /// <exception cref="DriverException">ILGPU cannot compile for it.</exception>
    public static IGpuDriver OpenOpenCl(nint id)
    {
        bool resolves = NativeNames.Resolve();
        if (CLDevice.GetDevices(d => d.DeviceId == id) is not [CLDevice device, ..])
            throw new DriverException(
                $"ILGPU {Version} does not find the OpenCL driver's device"
                + (resolves ? "" : ": the program has set where ILGPU looks for its libraries"));
        return device.CLStdVersion >= CLBackend.MinimumVersion && device.Capabilities.GenericAddressSpace
            ? Open(device)
            : throw new DriverException(
                $"ILGPU {Version} needs OpenCL C {CLBackend.MinimumVersion} and a generic address space");
    }

    /// <summary>
    /// ILGPU's CPU accelerator, which calls a kernel's C# itself, a thread an item: for tests, and to step through.
    /// </summary>
    public static IGpuDriver OpenCpu() => Open(Cpu);

    /// <summary>What <see cref="OpenCpu"/> gives, without opening it.</summary>
    public static GpuCapabilities CpuCapabilities() => IlgpuDriver.Read(Cpu);

    static IlgpuDriver Open(ILGPU.Runtime.Device device)
    {
        Context context = IlgpuContext.Create(_ => { });
        try
        {
            return new IlgpuDriver(context, device.CreateAccelerator(context));
        }
        catch (AcceleratorException exception)
        {
            context.Dispose();
            throw new DriverException($"ILGPU does not open {device.Name}: {exception.Message}");
        }
    }
}
