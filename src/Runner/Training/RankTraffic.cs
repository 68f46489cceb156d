using System.Diagnostics;
using System.Globalization;
using TripletGpu.Runner.Distributed;

namespace TripletGpu.Runner.Training;

/// <summary>What a rank sends and waits for, from some moment of a training on; evaluations are not counted.</summary>
/// <param name="ranks">The ranks.</param>
/// <param name="begin">Where the training stands at that moment.</param>
sealed class RankTraffic(Ranks ranks, TrainingState begin)
{
    readonly long began = Stopwatch.GetTimestamp();
    long otherBytes = ranks.BytesSent;
    double otherWaits = ranks.WaitedSeconds, otherSeconds;

    /// <summary>Does what is no step.</summary>
    public T Apart<T>(Func<T> work)
    {
        (long sent, double waited, long before) = (ranks.BytesSent, ranks.WaitedSeconds, Stopwatch.GetTimestamp());
        T result = work();
        otherBytes += ranks.BytesSent - sent;
        otherWaits += ranks.WaitedSeconds - waited;
        otherSeconds += Stopwatch.GetElapsedTime(before).TotalSeconds;
        return result;
    }

    /// <summary>The means of the steps since then, in one line; null for one rank, and without a step.</summary>
    public string? Describe(TrainingState now)
    {
        long steps = now.Step - begin.Step;
        if (ranks.Size == 1 || steps == 0) return null;
        double seconds = Stopwatch.GetElapsedTime(began).TotalSeconds - otherSeconds;
        double waited = ranks.WaitedSeconds - otherWaits;
        return string.Create(CultureInfo.InvariantCulture,
            $"rank {ranks.Rank} sent {(double)(ranks.BytesSent - otherBytes) / steps:N0} bytes a step, and waited"
            + $" {1000 * waited / steps:0.00} of {1000 * seconds / steps:0.00} ms for the others");
    }
}
