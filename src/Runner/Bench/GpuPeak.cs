using System.Diagnostics;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu;
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
        double best = 0;
        for (int attempt = 0; attempt <= Attempts; attempt++)
        {
            long started = Stopwatch.GetTimestamp();
            PeakKernels.LaunchMultiplyAdds(backend.Driver, items, y, Rounds, 0.999f, 0.001f);
            backend.Driver.Synchronize();
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            if (attempt > 0) best = Math.Max(best, 2.0 * items * Rounds * PeakKernels.Chains / seconds * 1e-9);
        }
        backend.Driver.Free(y.Buffer);
        return best;
    }
}
