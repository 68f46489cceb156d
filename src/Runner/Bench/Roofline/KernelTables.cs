using System.Globalization;
using Spectre.Console;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>The tables of <c>triplet bench kernels</c>.</summary>
static class KernelTables
{
    const int ShownChanges = 20;

    /// <summary>The kernels, what the plan chose, and what has changed.</summary>
    public static void Show(Terminal terminal, KernelRun run, KernelComparison? comparison)
    {
        bool haveRegisters = run.Rows.Any(row => row.Registers is not null);
        Table table = Start("kernel", "size");
        string[] columns = ["time", "+-", "GFLOP/s", "GB/s", "FLOP/byte", "of peak", "of copy"];
        foreach (string column in (string[])[.. columns, .. haveRegisters ? ["registers", "occupancy"] : Nothing])
            table.AddColumn(new TableColumn(column).RightAligned());
        table.AddColumn("bound by");
        foreach (KernelRow row in run.Rows)
            table.AddRow(
            [
                Terminal.Cell(row.Kernel), Terminal.Cell(row.Size), Time(row.Seconds), Percent(row.Spread),
                Number(row.Gflops), Number(row.GbPerSecond), Number(row.Intensity), Percent(row.PeakShare),
                Percent(row.BandwidthShare),
                .. haveRegisters ? [$"{row.Registers}", row.Occupancy is { } share ? Percent(share) : ""] : Nothing,
                row.Bound,
            ]);
        terminal.Show(table);
        if (run.Plan is { } plan) Show(terminal, plan);
        if (comparison is not null) Show(terminal, comparison);
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{run.Device} ({run.Name}): measured peak {run.PeakGflops:0.0} GFLOP/s in float32, copy"
            + $" {run.PeakGbPerSecond:0.0} GB/s; times by the {run.Clock}'s clock"));
    }

    /// <summary>How products ran.</summary>
    public static void Show(Terminal terminal, IReadOnlyList<PlanRow> plan)
    {
        Table table = Start("product", "M x N x K", "taken", "why");
        foreach (PlanRow row in plan)
            table.AddRow(
                Terminal.Cell(row.What), $"{row.M} x {row.N} x {row.K}" + (row.Batch > 1 ? $", {row.Batch} times" : ""),
                row.Taken, Terminal.Cell(row.Why));
        terminal.Show(table);
    }

    static void Show(Terminal terminal, KernelComparison comparison)
    {
        Table table = Start("what takes longest against before", "size");
        foreach (string column in (string[])["before", "now", "times", "+-"])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (KernelChange change in comparison.Changes.Take(ShownChanges))
            table.AddRow(
                Terminal.Cell(change.Kernel), Terminal.Cell(change.Size), Time(change.Before),
                Time(change.After), change.Ratio.ToString("0.00", CultureInfo.InvariantCulture),
                Percent(change.Noise));
        terminal.Show(table);
        double mean = Math.Exp(comparison.Changes.Average(change => Math.Log(change.Ratio)));
        terminal.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{comparison.Changes.Count} in both runs, geometric mean {mean:0.000} times the time of before;"
            + $" {comparison.Only} in one alone"));
    }

    static string[] Nothing => [];

    static Table Start(params ReadOnlySpan<string> columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns) table.AddColumn(column);
        return table;
    }

    static string Time(double seconds) => seconds < 1e-3 ? $"{Number(seconds * 1e6)} us" : Duration.Text(seconds);

    static string Number(double value) => value.ToString(value < 10 ? "0.00" : "0.0", CultureInfo.InvariantCulture);

    static string Percent(double share) => share.ToString(share < 0.1 ? "P1" : "P0", CultureInfo.InvariantCulture);
}
