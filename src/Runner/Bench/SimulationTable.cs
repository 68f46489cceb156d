using System.Globalization;
using Spectre.Console;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Bench;

/// <summary>The table of <c>triplet bench --simulate</c>.</summary>
static class SimulationTable
{
    /// <summary>A line a number of ranks, then what they rest on.</summary>
    public static void Show(
        Terminal terminal, IReadOnlyList<SimulatedStep> steps, IReadOnlyList<string> assumptions)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn("model");
        foreach (string column in (string[])[
            "ranks", "batch", "compute", "of it mining", "waiting", "step", "images/s", "speedup", "MB sent"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (SimulatedStep step in steps)
            table.AddRow(
                Terminal.Cell(step.Model), Number(step.Ranks), Number(step.Batch), Duration.Text(step.ComputeSeconds),
                Duration.Text(step.MiningSeconds), Duration.Text(step.WaitingSeconds), Duration.Text(step.StepSeconds),
                Number(step.ImagesPerSecond), step.Speedup.ToString("0.00", CultureInfo.InvariantCulture),
                (step.BytesSent / 1e6).ToString("0.000", CultureInfo.InvariantCulture));
        terminal.Show(table);
        terminal.WriteLine("simulated, assuming that");
        foreach (string line in assumptions) terminal.WriteLine($"- {line}");
    }

    static string Number(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
