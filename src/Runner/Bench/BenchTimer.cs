using System.Diagnostics;

namespace TripletGpu.Runner.Bench;

/// <summary>Times a call: warm first, then the median.</summary>
/// <param name="device">Waited for after each call.</param>
sealed class BenchTimer(Device device)
{
    // Long enough for the just-in-time compiler's second pass, which starts 100 ms after the last new method.
    const double WarmUpSeconds = 0.4, MeasuredSeconds = 0.6;
    const int WarmUpCalls = 3, MeasuredCalls = 5;

    /// <summary>The median seconds of one call.</summary>
    public double Time(Action call)
    {
        Repeat(call, WarmUpSeconds, WarmUpCalls);
        List<double> times = Repeat(call, MeasuredSeconds, MeasuredCalls);
        times.Sort();
        return times[times.Count / 2];
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
