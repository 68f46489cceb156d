using System.CommandLine;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Runner.Devices;

namespace TripletGpu.Runner.Commands;

/// <summary>The options that what is measured in products has in common.</summary>
static class BenchOptions
{
    /// <summary><c>--tile</c>.</summary>
    public static Option<string?> Tile() => new Option<string?>("--tile")
    {
        Description = "Products and convolutions in this tile, whatever the plan would take",
    }.AcceptOnlyFromAmong(TileWord.Words);

    /// <summary><c>--plan</c>.</summary>
    public static Option<bool> Plan() => new("--plan")
    {
        Description = "Also how products and convolutions run on this device, and why",
    };

    /// <summary><c>--graphs</c>.</summary>
    public static Option<bool> Graphs() => new("--graphs")
    {
        Description = "Launches as CUDA graphs, of which kernels have no times of their own",
    };

    /// <summary>The device with the precision and the tile that were asked for.</summary>
    /// <param name="opened">A device that was opened for this; closed where it cannot.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="precision">Its option.</param>
    /// <param name="tile">Its option.</param>
    /// <param name="graphs">Its option; null where there is none.</param>
    public static Device Open(
        Device opened, ParseResult parsed, Option<string?> precision, Option<string?> tile,
        Option<bool>? graphs = null)
    {
        parsed.SetPrecision(precision, opened);
        try
        {
            if (graphs is not null && parsed.GetValue(graphs)) DeviceSettings.UseGraphs(opened);
            return parsed.GetValue(tile) is { } word ? TileWord.Apply(opened, word) : opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }
}
