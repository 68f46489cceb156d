using TripletGpu.Backends;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>Measures the tiles of a device, then layers by them.</summary>
static class TuneRun
{
    /// <summary>Does both.</summary>
    /// <param name="device">A device that takes tiles.</param>
    /// <param name="trials">Which of them compute rightly there.</param>
    /// <param name="report">Told how much is done, of how much, and what is next.</param>
    public static TuneResult Of(Device device, TileTrials trials, Action<int, int, string> report)
    {
        TileTuner tuner = new(device, trials);
        int done = 0, total = tuner.Tiles.Count + TuneComparison.Count;
        TunedTiles tuned = tuner.Run((use, form) => report(done++, total, $"measuring {form}, {use}"));
        List<TuneRow> rows = [];
        if (tuned.Tiles.Count == 0) return TuneResult.Of(device.Name, tuned, rows);
        // What was measured before in another precision stays.
        tuned = tuned.With(((GpuBackend)device.Backend).Plan.Tuned);
        try
        {
            foreach (TuneRow row in new TuneComparison(device, trials, tuner.Timer, tuned).Run())
            {
                rows.Add(row);
                report(done++, total, $"comparing {row.Layer}, {row.Pass}");
            }
        }
        catch (DeviceOutOfMemoryException)
        {
            // The rows so far are compared.
        }
        return TuneResult.Of(device.Name, tuned, rows);
    }
}
