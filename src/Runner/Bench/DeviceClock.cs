using System.Diagnostics;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench;

/// <summary>
/// The clock of a device, where it has one that goes: Mesa's llvmpipe reports a nanosecond for everything.
/// </summary>
static class DeviceClock
{
    // Elements of a launch that takes a device that is a CPU some milliseconds.
    const int Count = 1 << 24;

    // Seconds beyond which what the host does besides is little, and the share of them that a clock must see.
    const double LongEnough = 5e-3, Seen = 0.25;

    /// <summary>The clock, running from now on; null where times must be the host's.</summary>
    public static KernelProfile? Start(IGpuDriver driver)
    {
        // A graph's launches have no times of their own.
        if (driver.UsesGraphs || driver.Profile() is not { } clock) return null;
        DeviceView<float> y = new(driver.Allocate((long)Count * sizeof(float)), 0, Count);
        double host = 0;
        for (int attempt = 0; attempt < 2; attempt++)
        {
            // The first one compiles.
            clock.Clear();
            long began = Stopwatch.GetTimestamp();
            ElementwiseKernels.LaunchAffine(driver, Count, y, y, scale: 0, shift: 0, accumulate: 0);
            driver.Synchronize();
            host = Stopwatch.GetElapsedTime(began).TotalSeconds;
        }
        driver.Free(y.Buffer);
        return host > LongEnough && clock.Seconds < Seen * host ? null : clock;
    }
}
