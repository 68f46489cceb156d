using System.CommandLine;
using System.Globalization;
using TripletGpu.Backends.Cpu;
using TripletGpu.Models;
using TripletGpu.Runner.Bench;
using TripletGpu.Runner.Bench.Roofline;
using TripletGpu.Runner.Devices;
using TripletGpu.Runner.Display;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet bench</c>: how fast this device is.</summary>
static class BenchCommand
{
    const string Training = "training", Inference = "inference", Both = "both";

    public static Command Create(Terminal terminal)
    {
        Argument<string> what = new("WHAT") { Description = "ops, models or mining", DefaultValueFactory = _ => "ops" };
        what.AcceptOnlyFromAmong("ops", "models", "mining");
        Argument<string[]> models = new("MODEL")
        {
            Description = "models: kinds, presets, configs, runs, ONNX files (default: four networks)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        Option<string> device = CommonOptions.Device();
        Option<int[]> threads = List(
            "--threads", "Threads of the CPU device, one number or several (1,2)", CpuBackend.MostThreads);
        Option<int[]> batch = List("--batch", "models: images a batch, one number or several (1,8,32)", 65536);
        Option<string> pass = new("--pass")
        {
            Description = "models: training, inference or both",
            DefaultValueFactory = _ => Both,
        };
        pass.AcceptOnlyFromAmong(Training, Inference, Both);
        Option<bool> profile = new("--profile")
        {
            Description = "models: also the time by operation and by layer",
        };
        Option<string?> trace = new("--trace")
        {
            Description = "models: writes the profile for chrome://tracing or Perfetto",
            HelpName = "FILE",
        };
        Option<string?> precision = CommonOptions.Precision();
        Option<bool> graphs = BenchOptions.Graphs();
        Option<string?> tile = BenchOptions.Tile();
        Option<bool> watch = BenchOptions.Plan();
        SimulationOptions simulation = new();
        Option<bool> json = CommonOptions.Json();
        TuneOption tune = new(terminal, device, precision, json);
        Command command = new("bench", "Measures operations, networks or mining; kernels: each kernel alone")
        {
            what, models, device, threads, precision, batch, pass, graphs, profile, trace, tile, watch, tune.Option,
            json, BenchKernelsCommand.Create(terminal),
        };
        foreach (Option option in simulation.All) command.Options.Add(option);
        command.SetAction(parsed =>
        {
            if (tune.IsGiven(parsed)) return tune.Run(parsed);
            if (simulation.Read(parsed) is { } simulated)
            {
                CheckSimulation(parsed, what, profile, trace);
                int[] sizes = parsed.GetValue(batch)!, cores = parsed.GetValue(threads)!;
                if (sizes.Length > 1 || cores.Length > 1)
                    throw new UserErrorException("--simulate takes one number of --threads and one --batch");
                if (parsed.GetValue(models) is { Length: > 0 } given) simulated = simulated with { Models = given };
                using Device on = DeviceCatalog.Open(parsed.GetValue(device)!, cores.FirstOrDefault());
                parsed.SetPrecision(precision, on);
                return Simulate(
                    on, simulated with { Batch = sizes.Length == 0 ? null : sizes[0] }, terminal,
                    parsed.GetValue(json));
            }
            string kind = parsed.GetValue(what)!, passes = parsed.GetValue(pass)!;
            string[] named = parsed.GetValue(models)!;
            string? traceFile = parsed.GetValue(trace);
            if (kind != "models" && named.Length > 0)
                throw new UserErrorException($"bench {kind} takes no {named[0]}; bench models does");
            ModelBenchmarkPlan plan = new()
            {
                Batches = parsed.GetValue(batch)!,
                Training = passes != Inference,
                Inference = passes != Training,
                Profile = parsed.GetValue(profile) || traceFile is not null,
            };
            if (named.Length > 0) plan = plan with { Models = named };
            int[] counts = parsed.GetValue(threads) is { Length: > 0 } several ? several : [0];
            List<BenchRow> rows = [];
            string name = "";
            double peak = 0;
            PlanWatch? plans = parsed.GetValue(watch) ? new PlanWatch() : null;
            using (ProgressLine progress = new(terminal))
                foreach (int count in counts)
                {
                    using Device opened = BenchOptions.Open(
                        DeviceCatalog.Open(parsed.GetValue(device)!, count), parsed, precision, tile, graphs);
                    plans?.Watch(opened);
                    name = opened.Name;
                    CpuBackend? cpu = opened.Backend as CpuBackend;
                    int first = rows.Count;
                    double before = Peak(opened);
                    foreach (BenchRow row in Measure(kind, opened, before, plan))
                    {
                        rows.Add(row with { Threads = cpu?.Workers.Threads });
                        progress.Report(rows.Count, total: 0, () => $"{row.Op} {string.Join(" x ", row.Shape)}");
                    }
                    // Where others computed on the machine at the first time, it was no peak.
                    peak = Math.Max(before, Peak(opened));
                    for (int i = first; i < rows.Count; i++)
                        rows[i] = rows[i] with { PeakShare = rows[i].PeakShare * before / peak };
                }
            if (traceFile is not null) ChromeTrace.Write(traceFile, rows);
            if (parsed.GetValue(json) && plans is null)
                Json.Write(terminal, new { device = name, peakGflops = peak, rows });
            else if (parsed.GetValue(json))
                Json.Write(terminal, new { device = name, peakGflops = peak, rows, plan = plans!.Rows });
            else
            {
                BenchTables.Show(terminal, rows, peak);
                if (plans is not null) KernelTables.Show(terminal, plans.Rows);
                terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{name}: measured peak {peak:0.0} GFLOP/s in float32, the better of before and after"));
                if (rows.Any(row => row.PeakShare > 1))
                    terminal.WriteLine("above 100 % of it: operations saved by the algorithm (Winograd's), or a machine"
                        + " that was busy with something else both times");
            }
            return CommandLine.Done;
        });
        return command;
    }

    static double Peak(Device device) =>
        device.Backend is CpuBackend cpu ? CpuPeak.MeasureGflops(cpu) : GpuPeak.MeasureGflops(device);

    static void CheckSimulation(
        ParseResult parsed, Argument<string> what, Option<bool> profile, Option<string?> trace)
    {
        if (parsed.GetResult(what) is { Implicit: false } && parsed.GetValue(what) is not "models" and var other)
            throw new UserErrorException($"bench {other} cannot be simulated; bench models can");
        if (parsed.GetValue(profile) || parsed.GetValue(trace) is not null)
            throw new UserErrorException("--profile and --trace do not go with --simulate");
    }

    static int Simulate(Device device, SimulationPlan plan, Terminal terminal, bool json)
    {
        RankSimulation simulation = new(device, plan);
        List<SimulatedStep> steps = [];
        using (ProgressLine progress = new(terminal))
            foreach (SimulatedStep step in simulation.Run())
            {
                steps.Add(step);
                progress.Report(steps.Count, total: 0, () => $"{step.Model}, ranks: {step.Ranks}");
            }
        if (json)
            Json.Write(terminal, new
            {
                device = device.Name,
                bandwidth = plan.Bandwidth,
                latency = plan.Latency,
                assumptions = simulation.Assumptions,
                rows = steps,
            });
        else SimulationTable.Show(terminal, steps, simulation.Assumptions);
        return CommandLine.Done;
    }

    static IEnumerable<BenchRow> Measure(string kind, Device device, double peak, ModelBenchmarkPlan plan) =>
        kind switch
        {
            "models" => new ModelBenchmarks(device, peak, plan).Run(),
            "mining" => new MiningBenchmarks(device, peak).Run(),
            _ => new OpBenchmarks(device, peak).Run(),
        };

    /// <summary>An option with whole numbers between 1 and a limit, separated by commas.</summary>
    static Option<int[]> List(string name, string description, int most) => new(name)
    {
        Description = description,
        HelpName = "N,N",
        Arity = ArgumentArity.ExactlyOne,
        DefaultValueFactory = _ => [],
        CustomParser = result =>
        {
            string text = result.Tokens.Count == 0 ? "" : result.Tokens[0].Value;
            List<int> numbers = [];
            foreach (string part in text.Split(','))
                if (int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                    && number >= 1 && number <= most) numbers.Add(number);
                else
                {
                    result.AddError($"{name} takes whole numbers between 1 and {most}, such as 1,2; not {text}");
                    break;
                }
            return [.. numbers];
        },
    };
}
