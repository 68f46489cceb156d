using TripletGpu.Backends.Gpu.Launching;

namespace TripletGpu.Runner.Bench.Tuning;

/// <summary>What tuning came to.</summary>
/// <param name="Device">Which device.</param>
/// <param name="IsKept">Whether the choice by measurements was not slower, all layers together.</param>
/// <param name="BeforeSeconds">All layers by the constants.</param>
/// <param name="AfterSeconds">All layers by the measurements.</param>
/// <param name="Rows">Each layer.</param>
/// <param name="Tuned">The measurements.</param>
sealed record TuneResult(
    string Device, bool IsKept, double BeforeSeconds, double AfterSeconds, IReadOnlyList<TuneRow> Rows,
    TunedTiles Tuned)
{
    /// <summary>From the layers' times; without any there was no tile to measure.</summary>
    public static TuneResult Of(string device, TunedTiles tuned, IReadOnlyList<TuneRow> rows)
    {
        double before = rows.Sum(row => row.BeforeSeconds), after = rows.Sum(row => row.AfterSeconds);
        return new(device, rows.Count > 0 && after <= before, before, after, rows, tuned);
    }
}
