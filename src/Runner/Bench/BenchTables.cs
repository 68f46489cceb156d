using System.Globalization;
using Spectre.Console;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Bench;

/// <summary>The tables of <c>triplet bench</c>.</summary>
static class BenchTables
{
    const double Mebi = 1 << 20;

    /// <summary>The rows of a run, then the kernels and the profile of those that have them.</summary>
    public static void Show(Terminal terminal, IReadOnlyList<BenchRow> rows, double peakGflops)
    {
        Column[] columns =
        [
            new("time", row => Duration.Text(row.Seconds)),
            new("GFLOP/s", row => Number(row.Gflops)),
            new("GB/s", row => Number(row.GbPerSecond)),
            new("of peak", row => Percent(row.PeakShare)),
            new("on the device", row => row.DeviceSeconds is { } seconds ? Duration.Text(seconds) : ""),
            new("images/s", row => row.ImagesPerSecond?.ToString("N0", CultureInfo.InvariantCulture) ?? ""),
            new("peak MiB", row => row.PeakBytes is { } bytes ? Number(bytes / Mebi) : ""),
        ];
        columns = [.. columns.Where(column => rows.Any(row => column.Text(row) != ""))];
        bool haveThreads = rows.Select(row => row.Threads).Distinct().Count() > 1;
        Table table = Start("op", "shape");
        if (haveThreads) table.AddColumn(new TableColumn("threads").RightAligned());
        foreach (Column column in columns) table.AddColumn(new TableColumn(column.Title).RightAligned());
        foreach (BenchRow row in rows)
            table.AddRow(
            [
                Terminal.Cell(row.Op), string.Join(" x ", row.Shape), .. haveThreads ? [$"{row.Threads}"] : Nothing,
                .. columns.Select(column => column.Text(row)),
            ]);
        terminal.Show(table);
        foreach (BenchRow row in rows)
        {
            if (row.Kernels is { } kernels) ShowKernels(terminal, row.Op, kernels);
            if (row.Profile is { } profile) ShowProfile(terminal, row, profile, peakGflops);
        }
    }

    static string[] Nothing => [];

    static void ShowKernels(Terminal terminal, string op, IReadOnlyList<KernelTime> kernels)
    {
        Table table = Start($"{op}, by kernel");
        foreach (string column in (string[])["launches", "time", "share"])
            table.AddColumn(new TableColumn(column).RightAligned());
        double all = kernels.Sum(kernel => kernel.Seconds);
        foreach (KernelTime kernel in kernels)
            table.AddRow(
                Terminal.Cell(kernel.Kernel), kernel.Launches.ToString("N0", CultureInfo.InvariantCulture),
                Duration.Text(kernel.Seconds), Percent(kernel.Seconds / all));
        terminal.Show(table);
    }

    static void ShowProfile(Terminal terminal, BenchRow row, IReadOnlyList<OpEvent> events, double peakGflops)
    {
        string what = $"{Terminal.Cell(row.Op)} {row.Shape[0]}";
        Show("operation", events.GroupBy(e => $"{e.Op}, {e.Pass}").OrderByDescending(g => g.Sum(e => e.Seconds)));
        Show("layer", events.GroupBy(e => e.Layer));

        void Show(string by, IEnumerable<IGrouping<string, OpEvent>> groups)
        {
            Table table = Start($"{what}, by {by}");
            foreach (string column in (string[])["passes", "time", "share", "GFLOP/s", "of peak", "GB/s"])
                table.AddColumn(new TableColumn(column).RightAligned());
            double all = events.Sum(e => e.Seconds);
            foreach (IGrouping<string, OpEvent> group in groups)
            {
                double seconds = group.Sum(e => e.Seconds), rate = group.Sum(e => e.Gflop) / seconds;
                table.AddRow(
                    Terminal.Cell(group.Key), $"{group.Count()}", Duration.Text(seconds), Percent(seconds / all),
                    rate > 0 ? Number(rate) : "", rate > 0 ? Percent(rate / peakGflops) : "",
                    Number(group.Sum(e => e.Bytes) / seconds * 1e-9));
            }
            terminal.Show(table);
        }
    }

    static Table Start(params ReadOnlySpan<string> columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns) table.AddColumn(column);
        return table;
    }

    static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture);

    readonly record struct Column(string Title, Func<BenchRow, string> Text);
}
