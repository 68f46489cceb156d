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
/// Times launches one by one: by the device's clock where it has one, else from the host, with the wait for its end. A
/// kernel is launched once before, which compiles it; one that takes a second is not launched again.
/// </summary>
/// <param name="driver">The device's driver.</param>
/// <param name="clock">Its clock; null where it has none.</param>
sealed class KernelTimer(IGpuDriver driver, KernelProfile? clock)
{
    const double Seconds = 0.06, WarmUpSeconds = 0.02, Slow = 0.25, VerySlow = 1;
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
            return KernelTimes.Of(queue.Times);
        }
        finally
        {
            driver.Synchronize();
            foreach (nint buffer in buffers.Values) driver.Free(buffer);
        }
    }

    double Once(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
    {
        clock?.Clear();
        long started = Stopwatch.GetTimestamp();
        driver.Launch(kernel, size, arguments);
        driver.Synchronize();
        double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return clock?.Seconds ?? seconds;
    }

    /// <summary>A queue that launches again and again while the launcher's arguments live.</summary>
    sealed class Repeated(KernelTimer timer) : IKernelQueue
    {
        public List<double> Times { get; } = [];

        public void Launch(KernelSource kernel, LaunchSize size, ReadOnlySpan<KernelArgument> arguments)
        {
            long began = Stopwatch.GetTimestamp();
            double first = timer.Once(kernel, size, arguments);
            if (first > VerySlow)
            {
                Times.Add(first);
                return;
            }
            bool isSlow = first > Slow;
            if (!isSlow)
                for (began = Stopwatch.GetTimestamp(); Since(began) < WarmUpSeconds;) timer.Once(kernel, size,
                arguments);
            began = Stopwatch.GetTimestamp();
            int least = isSlow ? LeastOfSlow : LeastSamples;
            while (Times.Count < least || Since(began) < Seconds && Times.Count < MostSamples)
            {
                Times.Add(timer.Once(kernel, size, arguments));
                if (Times.Count >= LeastOfSlow && Since(began) > 2 * Slow) break;
            }
        }

        static double Since(long began) => Stopwatch.GetElapsedTime(began).TotalSeconds;
    }
}
