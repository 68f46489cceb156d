using System.Diagnostics;
using System.Globalization;
using TripletGpu.Autograd;
using TripletGpu.Backends.Gpu;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Ops;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Mining;

/// <summary>Mines one batch, with its gradient, and measures that.</summary>
static class MiningJob
{
    // Enough calls for the just-in-time compiler to be done; long ones are not repeated for that.
    const int MostCalls = 60;
    const double MostSeconds = 1.5;

    /// <summary>Runs the kernel and its gradient. What is not asked for is not copied from the device.</summary>
    public static MiningResult Run(
        Device device, MiningInput input, TripletSettings settings, bool wantsTriplets, bool wantsGradient)
    {
        long before = Environment.WorkingSet;
        MiningResult? result = null;
        List<double> times = [];
        long began = Stopwatch.GetTimestamp();
        for (int call = 0; call < MostCalls; call++)
        {
            // A GPU compiles in its first call, whatever that takes: the time of a call is that of another one.
            if (times.Count > 0 && Stopwatch.GetElapsedTime(began).TotalSeconds >= MostSeconds) break;
            bool isWarmUp = call == 0 && device.Backend is GpuBackend;
            using Step step = device.BeginStep();
            Tensor embeddings = device.Tensor(input.Shape, input.Embeddings);
            embeddings.RequiresGradient = true;
            device.Synchronize();
            long started = Stopwatch.GetTimestamp();
            Tensor loss = embeddings.TripletLoss(input.Labels, settings, out TripletTable table);
            TripletStatistics statistics = table.ReadStatistics();
            step.Backward(loss);
            device.Synchronize();
            if (!isWarmUp) times.Add(Stopwatch.GetElapsedTime(started).TotalSeconds);
            else began = Stopwatch.GetTimestamp();
            result ??= new MiningResult(
                Read(input, settings, loss, statistics),
                wantsTriplets ? table.Triplets.ToIntArray() : null,
                wantsGradient ? step.Gradients[embeddings].ToArray() : null);
        }
        times.RemoveRange(0, times.Count / 2);
        times.Sort();
        long peak = Math.Max(0, device.Backend is GpuBackend gpu
            ? device.Pool.ReservedBytes + gpu.ScratchBytes - (long)input.Embeddings.Length * sizeof(float)
            : Process.GetCurrentProcess().PeakWorkingSet64 - before);
        return result! with { Report = result.Report with { Seconds = times[times.Count / 2], PeakBytes = peak } };
    }

    static MiningReport Read(
        MiningInput input, TripletSettings settings, Tensor loss, TripletStatistics statistics)
    {
        float value = loss.ToScalar();
        if (!float.IsFinite(value)) throw new UserErrorException(
            $"the loss is {value.ToString(CultureInfo.InvariantCulture)}: distances between these embeddings are too"
            + " large for float32 (scale them down)");
        return new MiningReport
        {
            Rule = Words.Of(settings.Rule),
            Margin = settings.Margin,
            Distance = Words.Of(settings.Distance),
            N = input.Shape[0],
            Dimension = input.Shape[1],
            Pairs = statistics.Pairs,
            Active = statistics.Active,
            Hard = statistics.Hard,
            SemiHard = statistics.SemiHard,
            Easy = statistics.Easy,
            Fallback = statistics.Fallback,
            Loss = value,
            Reason = statistics.Reason(settings),
            Seconds = 0,
            PeakBytes = 0,
        };
    }
}
