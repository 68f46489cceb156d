using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Devices;

/// <summary>What a device is asked to do otherwise than it would by itself.</summary>
static class DeviceSettings
{
    /// <summary>Sets what it multiplies in.</summary>
    /// <param name="device">An open device.</param>
    /// <param name="precision">Float32 serves every device.</param>
    /// <exception cref="UserErrorException">The device cannot.</exception>
    public static void SetPrecision(Device device, MatrixPrecision precision)
    {
        if (precision == MatrixPrecision.Float32 && device.Backend is not GpuBackend) return;
        Apply(
            device, $"precision {Words.Of(precision)}",
            "it computes in float32; TF32 and bfloat16 take the tensor cores of an NVIDIA card (cuda:N) of compute"
            + " capability 8.0 or later", gpu => gpu.Precision = precision);
    }

    /// <summary>Has it take launches as graphs.</summary>
    /// <param name="device">An open device.</param>
    /// <exception cref="UserErrorException">It cannot, or it runs them wrongly.</exception>
    public static void UseGraphs(Device device) => Apply(
        device, "graphs", "only an NVIDIA card (cuda:N) takes them", gpu => gpu.UsesGraphs = true);

    /// <summary>Sets something of a GPU.</summary>
    /// <param name="device">The device.</param>
    /// <param name="what">What is asked for.</param>
    /// <param name="elsewhere">Why another device does not do it.</param>
    /// <param name="set">Sets it.</param>
    static void Apply(Device device, string what, string elsewhere, Action<GpuBackend> set)
    {
        try
        {
            set(device.Backend as GpuBackend ?? throw new DriverException(elsewhere));
        }
        catch (DriverException exception)
        {
            throw new UserErrorException($"{what} on {device.Name}: {DeviceCompiler.OneLine(exception.Message)}");
        }
    }
}
