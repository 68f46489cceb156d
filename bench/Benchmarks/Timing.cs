using System.Diagnostics;

namespace TripletGpu.Benchmarks;

/// <summary>Wall-clock times of repeated calls.</summary>
static class Timing
{
    /// <summary>The median and the best of repeated calls, in seconds, after one call that is not counted.</summary>
    public static (double Median, double Best) Of(Action call, double seconds = 1)
    {
        call();
        List<double> times = [];
        Stopwatch total = Stopwatch.StartNew();
        while (times.Count < 3 || total.Elapsed.TotalSeconds < seconds)
        {
            long start = Stopwatch.GetTimestamp();
            call();
            times.Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
        }
        times.Sort();
        return (times[times.Count / 2], times[0]);
    }
}
