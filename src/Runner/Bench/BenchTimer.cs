using System.Diagnostics;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Runner.Bench;

/// <summary>Times a call: warm first, then the median. On a GPU also by the device's clock, kernel by kernel.</summary>
/// <param name="device">Waited for after each call.</param>
sealed class BenchTimer(Device device)
{
    // The just-in-time compiler's second pass takes methods that were called 30 times, starts 100 ms after the last new
    // one, and has a core for itself while it runs. Long calls repeat their methods within, so time suffices there.
    const int WarmUpCalls = 40, MeasuredCalls = 5, FewestCalls = 3;
    const double WarmUpSeconds = 0.4, MostWarmUpSeconds = 3, MeasuredSeconds = 1;

    readonly KernelProfile? profile = (device.Backend as GpuBackend)?.Driver is { UsesGraphs: false } driver
        ? driver.Profile() : null;

    /// <summary>The time of one call.</summary>
    public BenchTime Time(Action call)
    {
        Repeat(call, (calls, spent) =>
            calls < FewestCalls || spent < WarmUpSeconds || (calls < WarmUpCalls && spent < MostWarmUpSeconds));
        profile?.Clear();
        List<double> times = Repeat(call, (calls, spent) => calls < MeasuredCalls || spent < MeasuredSeconds);
        times.Sort();
        return new(times[times.Count / 2], profile?.Seconds / times.Count, profile?.Kernels);
    }

    /// <summary>Seconds of each call, while more are wanted than were made in the seconds spent.</summary>
    List<double> Repeat(Action call, Func<int, double, bool> goesOn)
    {
        List<double> times = [];
        long began = Stopwatch.GetTimestamp();
        while (goesOn(times.Count, Stopwatch.GetElapsedTime(began).TotalSeconds))
        {
            long started = Stopwatch.GetTimestamp();
            call();
            device.Synchronize();
            times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return times;
    }
}
