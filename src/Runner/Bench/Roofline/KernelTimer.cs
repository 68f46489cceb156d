using System.Diagnostics;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Times of one launch.</summary>
/// <param name="Median">In seconds.</param>
/// <param name="Spread">The distance of the quartiles, as a share of the median.</param>
/// <param name="Samples">How many times were taken.</param>
sealed record KernelTimes(double Median, double Spread, int Samples)
{
    /// <summary>From single times.</summary>
    public static KernelTimes Of(List<double> seconds)
    {
        seconds.Sort();
        double median = At(0.5);
        return new(median, median > 0 ? (At(0.75) - At(0.25)) / median : 0, seconds.Count);

        double At(double share)
        {
            double place = share * (seconds.Count - 1);
            int below = (int)place, above = Math.Min(below + 1, seconds.Count - 1);
            return seconds[below] + (place - below) * (seconds[above] - seconds[below]);
        }
    }
}

/// <summary>
/// Times calls one by one: by the device's clock where it has one, else from the host, with the wait for its end. The
/// first is not counted, since it compiles, unless it takes a second: then there is no other.
/// </summary>
/// <param name="driver">The device's driver.</param>
/// <param name="clock">Its clock; null where it has none.</param>
/// <param name="seconds">For how long a call is repeated.</param>
sealed class KernelTimer(IGpuDriver driver, KernelProfile? clock, double seconds = 0.06)
{
    const double Slow = 0.25, VerySlow = 1;
    const int LeastSamples = 7, LeastOfSlow = 2, MostSamples = 2000;

    /// <summary>The times of a launch at a size of use.</summary>
    public KernelTimes Time(KernelWork work)
    {
        Dictionary<WorkMemory, nint> buffers = [];
        try
        {
            foreach (WorkMemory memory in work.Memory) buffers.Add(memory, memory.Upload(driver));
            Repeated queue = new(this);
            KernelLauncher.Launch(work, queue, memory => memory.View(buffers[memory]));
            return queue.Times!;
        }
        finally
        {
            driver.Synchronize();
            foreach (nint buffer in buffers.Values) driver.Free(buffer);
        }
    }

    /// <summary>The times of a call that launches something.</summary>
    public KernelTimes Time(Action launch)
    {
        double first = Once(launch);
        if (first > VerySlow) return KernelTimes.Of([first]);
        bool isSlow = first > Slow;
        long began = Stopwatch.GetTimestamp();
        if (!isSlow)
            while (Since(began) < seconds / 3) Once(launch);
        began = Stopwatch.GetTimestamp();
        int least = isSlow ? LeastOfSlow : LeastSamples;
        List<double> times = [];
        while (times.Count < least || Since(began) < seconds && times.Count < MostSamples)
        {
            times.Add(Once(launch));
            if (times.Count >= LeastOfSlow && Since(began) > 2 * Slow) break;
        }
        return KernelTimes.Of(times);
    }

    void Launch(KernelSource kernel, LaunchSize size, KernelArgument[] arguments) =>
        driver.Launch(kernel, size, arguments);

    double Once(Action launch)
    {
        clock?.Clear();
        long started = Stopwatch.GetTimestamp();
        launch();
        driver.Synchronize();
        return clock?.Seconds ?? Since(started);
    }

    static double Since(long began) => Stopwatch.GetElapsedTime(began).TotalSeconds;

    /// <summary>A queue that launches again and again while the launcher's arguments live.</summary>
    sealed class Repeated(KernelTimer timer) : IKernelQueue
    {
        public KernelTimes? Times { get; private set; }

        public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
        {
            KernelArgument[] kept = arguments.ToArray();
            Times = timer.Time(() => timer.Launch(kernel, size, kept));
        }
    }
}
