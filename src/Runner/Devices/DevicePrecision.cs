using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Devices;

/// <summary>What a device is asked to multiply in.</summary>
static class DevicePrecision
{
    /// <summary>Sets it.</summary>
    /// <param name="device">An open device.</param>
    /// <param name="precision">Float32 serves every device.</param>
    /// <exception cref="UserErrorException">The device cannot.</exception>
    public static void Set(Device device, MatrixPrecision precision)
    {
        try
        {
            if (device.Backend is GpuBackend gpu) gpu.Precision = precision;
            else if (precision != MatrixPrecision.Float32)
                throw new DriverException(
                    "it computes in float32; TF32 and bfloat16 take the tensor cores of an NVIDIA card (cuda:N) of"
                    + " compute capability 8.0 or later");
        }
        catch (DriverException exception)
        {
            throw new UserErrorException(
                $"precision {Words.Of(precision)} on {device.Name}: {DeviceCompiler.OneLine(exception.Message)}");
        }
    }
}
