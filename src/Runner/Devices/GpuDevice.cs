using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Cuda;
using TripletGpu.Backends.Gpu.OpenCl;

namespace TripletGpu.Runner.Devices;

/// <summary>A GPU that was found, whichever driver it has.</summary>
/// <param name="Id">What <c>--device</c> takes.</param>
/// <param name="Driver">The driver's name and version.</param>
/// <param name="Capabilities">Name, memory, compute units.</param>
/// <param name="Unusable">Why it cannot be used; empty where it can.</param>
/// <param name="OpenDriver">Opens it.</param>
sealed record GpuDevice(string Id, string Driver, GpuCapabilities Capabilities, string Unusable, Func<IGpuDriver> OpenDriver)
{
    /// <summary>Whether <c>auto</c> may take it: a device that is itself a CPU is slower than the CPU backend.</summary>
    public bool SuitsAuto => Unusable == "" && !Capabilities.IsCpu;

    /// <summary>The devices of one family, <c>cuda</c> or <c>opencl</c>; with the reason where there are none.</summary>
    public static IReadOnlyList<GpuDevice> Find(string family, out string reason)
    {
        if (family == "cuda")
            return [.. CudaDevices.Find(out reason).Select((d, n) =>
                new GpuDevice($"{family}:{n}", d.Capabilities.Driver, d.Capabilities, d.Unusable, d.Open))];
        return [.. OpenClDevices.Find(out reason).Select((d, n) =>
            new GpuDevice($"{family}:{n}", $"{d.Platform}, {d.Capabilities.Driver}", d.Capabilities, d.Unusable, d.Open))];
    }

    /// <summary>Opens the device.</summary>
    /// <exception cref="UserErrorException">It cannot be used.</exception>
    public Device Open()
    {
        if (Unusable != "") throw new UserErrorException($"--device {Id}: {Capabilities.Name} cannot be used: {Unusable}");
        try
        {
            return new Device(Id, new GpuBackend(OpenDriver()));
        }
        catch (DriverException exception)
        {
            throw new UserErrorException($"--device {Id}: {exception.Message}");
        }
    }
}
