using System.Diagnostics;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Bench;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench;

/// <summary>A GPU's peak in float32; an OpenCL device that is a CPU has the CPU's.</summary>
static class GpuPeak
{
    const int Rounds = 4096, ItemsEach = 4096, Attempts = 5;

    /// <summary>1e9 operations a second, a multiply-add counted as two; the best of several attempts.</summary>
    public static double MeasureGflops(Device device)
    {
        var backend = (GpuBackend)device.Backend;
        if (backend.Driver.Capabilities.IsCpu)
        {
            using var cpu = new CpuBackend();
            return CpuPeak.MeasureGflops(cpu);
        }
        int items = ItemsEach * backend.Driver.Capabilities.ComputeUnits;
        DeviceView<float> y = new(backend.Driver.Allocate((long)items * sizeof(float)), 0, items);
        double best = Best(
            backend.Driver, Attempts, 2.0 * items * Rounds * PeakKernels.Chains,
            () => PeakKernels.LaunchMultiplyAdds(backend.Driver, items, y, Rounds, 0.999f, 0.001f));
        backend.Driver.Free(y.Buffer);
        return best;
    }

    /// <summary>1e9 a second of what a launch does, the best of several attempts after one that compiles it.</summary>
    /// <param name="driver">The device's driver.</param>
    /// <param name="attempts">How many.</param>
    /// <param name="amount">What one launch does: operations, or bytes.</param>
    /// <param name="launch">Starts it.</param>
    public static double Best(IGpuDriver driver, int attempts, double amount, Action launch)
    {
        double best = 0;
        for (int attempt = 0; attempt <= attempts; attempt++)
        {
            long started = Stopwatch.GetTimestamp();
            launch();
            driver.Synchronize();
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (attempt > 0) best = Math.Max(best, amount / seconds * 1e-9);
        }
        return best;
    }
}
