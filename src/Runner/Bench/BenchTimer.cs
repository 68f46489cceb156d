using System.Diagnostics;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;

namespace TripletGpu.Runner.Bench;

/// <summary>Times a call: warm first, then the median. On a GPU also by the device's clock, kernel by kernel.</summary>
/// <param name="device">Waited for after each call.</param>
sealed class BenchTimer(Device device)
{
    // Long enough for the just-in-time compiler's second pass, which starts 100 ms after the last new method.
    const double WarmUpSeconds = 0.4, MeasuredSeconds = 0.6;
    const int WarmUpCalls = 3, MeasuredCalls = 5;

    readonly KernelProfile? profile = (device.Backend as GpuBackend)?.Driver.Profile();

    /// <summary>The time of one call.</summary>
    public BenchTime Time(Action call)
    {
        Repeat(call, WarmUpSeconds, WarmUpCalls);
        profile?.Clear();
        List<double> times = Repeat(call, MeasuredSeconds, MeasuredCalls);
        times.Sort();
        return new(times[times.Count / 2], profile?.Seconds / times.Count, profile?.Kernels);
    }

    List<double> Repeat(Action call, double seconds, int calls)
    {
        List<double> times = [];
        long began = Stopwatch.GetTimestamp();
        while (times.Count < calls || Stopwatch.GetElapsedTime(began).TotalSeconds < seconds)
        {
            long started = Stopwatch.GetTimestamp();
            call();
            device.Synchronize();
            times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
        }
        return times;
    }
}
