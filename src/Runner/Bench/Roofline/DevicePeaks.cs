using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>What a device reached a moment before; a device that is a CPU has the CPU's.</summary>
/// <param name="Gflops">1e9 operations a second: chains of multiply-adds in registers.</param>
/// <param name="GbPerSecond">1e9 bytes a second: a copy of what no cache holds, read and written.</param>
sealed record DevicePeaks(double Gflops, double GbPerSecond)
{
    const int Attempts = 7;

    /// <summary>Measures both.</summary>
    public static DevicePeaks Measure(Device device)
    {
        var backend = (GpuBackend)device.Backend;
        if (!backend.Driver.Capabilities.IsCpu)
            return new(GpuPeak.MeasureGflops(device), CopyBandwidth(backend.Driver));
        using CpuBackend cpu = new();
        return new(CpuPeak.MeasureGflops(cpu), CpuBandwidth.MeasureGigabytes(cpu));
    }

    /// <summary>Operations a second that memory allows at an intensity, and arithmetic allows at all.</summary>
    /// <param name="intensity">Operations a byte.</param>
    public double Roof(double intensity) => Math.Min(Gflops, intensity * GbPerSecond);

    static double CopyBandwidth(IGpuDriver driver)
    {
        int count = (int)Math.Min(64 << 20, driver.Capabilities.GlobalBytes / 32);
        DeviceView<float> from = new(driver.Allocate((long)count * sizeof(float)), 0, count);
        DeviceView<float> to = new(driver.Allocate((long)count * sizeof(float)), 0, count);
        double best = GpuPeak.Best(
            driver, Attempts, 2.0 * count * sizeof(float),
            () => ElementwiseKernels.LaunchCopy(driver, count, from, to));
        driver.Free(from.Buffer);
        driver.Free(to.Buffer);
        return best;
    }
}
