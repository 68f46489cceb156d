using TripletGpu.Runner.Devices;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Which device kernels are measured on where nobody names one.</summary>
static class KernelDevices
{
    /// <summary>A GPU; else the first OpenCL device that serves, be it the CPU; else ILGPU's CPU accelerator.</summary>
    public static string Best() =>
        GpuDevice.Best()?.Id
        ?? GpuDevice.Find("opencl", out _).FirstOrDefault(device => device.Unusable == "")?.Id
        ?? "ilgpu:cpu";
}
