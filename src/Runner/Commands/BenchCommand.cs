using System.CommandLine;
using System.Globalization;
using Spectre.Console;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Runner.Bench;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet bench</c>: how fast this device is.</summary>
static class BenchCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> what = new("WHAT") { Description = "ops, models or mining", DefaultValueFactory = _ => "ops" };
        what.AcceptOnlyFromAmong("ops", "models", "mining");
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command =
            new("bench", "Measures operations, networks or mining on a device") { what, device, threads, json };
        command.SetAction(parsed =>
        {
            using Device opened = parsed.OpenDevice(device, threads);
            double peak = opened.Backend is CpuBackend cpu ? CpuPeak.MeasureGflops(cpu) : GpuPeak.MeasureGflops(opened);
            IEnumerable<BenchRow> measured = parsed.GetValue(what) switch
            {
                "models" => new ModelBenchmarks(opened, peak).Run(),
                "mining" => new MiningBenchmarks(opened, peak).Run(),
                _ => new OpBenchmarks(opened, peak).Run(),
            };
            List<BenchRow> rows = [];
            using (ProgressLine progress = new(terminal))
                foreach (BenchRow row in measured)
                {
                    rows.Add(row);
                    progress.Report(rows.Count, total: 0, () => $"{row.Op} {string.Join(" x ", row.Shape)}");
                }
            if (parsed.GetValue(json)) Json.Write(terminal, new { device = opened.Name, peakGflops = peak, rows });
            else Show(terminal, opened, peak, rows);
            return CommandLine.Done;
        });
        return command;
    }

    static void Show(Terminal terminal, Device device, double peak, List<BenchRow> rows)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumns("op", "shape");
        bool haveDevice = rows.Any(row => row.DeviceSeconds is not null);
        bool haveImages = rows.Any(row => row.ImagesPerSecond is not null);
        foreach (string column in (string[])
            ["time", "GFLOP/s", "GB/s", "of peak", .. haveDevice ? ["on the device"] : Array.Empty<string>(),
            .. haveImages ? ["images/s"] : Array.Empty<string>()])
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (BenchRow row in rows)
        {
            List<string> cells =
            [
                row.Op, string.Join(" x ", row.Shape), Duration.Text(row.Seconds), Number(row.Gflops),
                Number(row.GbPerSecond),
                row.PeakShare.ToString("P0", CultureInfo.InvariantCulture),
            ];
            if (haveDevice) cells.Add(row.DeviceSeconds is { } seconds ? Duration.Text(seconds) : "");
            if (haveImages) cells.Add(row.ImagesPerSecond?.ToString("N0", CultureInfo.InvariantCulture) ?? "");
            table.AddRow([.. cells]);
        }
        terminal.Show(table);
        foreach (BenchRow row in rows)
            if (row.Kernels is { } kernels) ShowKernels(terminal, row.Op, kernels);
        terminal.Out.WriteLine($"{device.Name}: measured peak {Number(peak)} GFLOP/s in float32");
    }

    static void ShowKernels(Terminal terminal, string op, IReadOnlyList<KernelTime> kernels)
    {
        Table table = new Table().Border(TableBorder.Simple).AddColumn($"{op}, by kernel");
        foreach (string column in (string[])["launches", "time", "share"])
            table.AddColumn(new TableColumn(column).RightAligned());
        double all = kernels.Sum(kernel => kernel.Seconds);
        foreach (KernelTime kernel in kernels)
            table.AddRow(
                Markup.Escape(kernel.Kernel), kernel.Launches.ToString("N0", CultureInfo.InvariantCulture),
                Duration.Text(kernel.Seconds), (kernel.Seconds / all).ToString("P1", CultureInfo.InvariantCulture));
        terminal.Show(table);
    }

    static string Number(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
