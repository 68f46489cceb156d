using System.Diagnostics;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// How fast memory is copied on every thread of a backend: blocks that no cache holds, what is read and what is written
/// counted once each.
/// </summary>
public static unsafe class CpuBandwidth
{
    const int Floats = 16 << 20, Attempts = 7;

    /// <summary>1e9 bytes a second; the best of several attempts.</summary>
    public static double MeasureGigabytes(CpuBackend cpu)
    {
        DeviceBuffer from = cpu.Memory.Allocate((long)Floats * sizeof(float));
        DeviceBuffer to = cpu.Memory.Allocate((long)Floats * sizeof(float));
        try
        {
            new Span<float>(((CpuBuffer)from).Pointer, Floats).Fill(1);
            double best = 0;
            for (int attempt = 0; attempt <= Attempts; attempt++)
            {
                long started = Stopwatch.GetTimestamp();
                cpu.Workers.Run(thread =>
                {
                    int threads = cpu.Workers.Threads;
                    int begin = (int)((long)Floats * thread / threads),
                        end = (int)((long)Floats * (thread + 1) / threads);
                    new ReadOnlySpan<float>(((CpuBuffer)from).Pointer + begin, end - begin).CopyTo(
                        new Span<float>(((CpuBuffer)to).Pointer + begin, end - begin));
                });
                double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
                // The first one touches the pages.
                if (attempt > 0) best = Math.Max(best, 2.0 * Floats * sizeof(float) / seconds * 1e-9);
            }
            return best;
        }
        finally
        {
            cpu.Memory.Free(from);
            cpu.Memory.Free(to);
        }
    }
}
