using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Models;

namespace TripletGpu.Runner.Devices;

/// <summary>Launches that a device is given together.</summary>
static class DeviceGraphs
{
    /// <summary>Has a device take launches as graphs.</summary>
    /// <param name="device">An open device.</param>
    /// <exception cref="UserErrorException">It cannot, or it runs them wrongly.</exception>
    public static void Use(Device device)
    {
        try
        {
            if (device.Backend is GpuBackend gpu) gpu.UsesGraphs = true;
            else throw new DriverException("only an NVIDIA card (cuda:N) takes them");
        }
        catch (DriverException exception)
        {
            throw new UserErrorException($"graphs on {device.Name}: {DeviceCompiler.OneLine(exception.Message)}");
        }
    }
}
