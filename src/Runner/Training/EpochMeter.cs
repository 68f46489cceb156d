using System.Globalization;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Training;

/// <summary>The means of an epoch, for the line at its end.</summary>
sealed class EpochMeter
{
    int steps;
    double loss, seconds;
    long images;
    ActiveShare active;

    /// <summary>Adds a step.</summary>
    public void Add(StepMetrics step, int size, double time)
    {
        steps++;
        loss += step.Loss;
        seconds += time;
        active += step.ActiveShare;
        images += size;
    }

    /// <summary>Begins the next epoch.</summary>
    public void Clear() => (steps, loss, active, seconds, images) = (0, 0, default, 0, 0);

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture,
        $"loss {loss / Math.Max(1, steps):0.0000}, {active},"
        + $" {images / Math.Max(1e-9, seconds):N0} images/s, {Duration.Text(seconds)}");
}
