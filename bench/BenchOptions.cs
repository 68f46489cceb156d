using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;
using TripletGpu.Bench.Categories;
using TripletGpu.Bench.Works;
using TripletGpu.Models;
using TripletGpu.Runner.Devices;

namespace TripletGpu.Bench;

/// <summary>What to run, from the command line.</summary>
/// <param name="Categories">Networks, mining, operations, layers.</param>
/// <param name="Devices">Devices of TripletGpu.</param>
/// <param name="Only">A part of the works' names; empty: all works.</param>
/// <param name="Passes">Forward, training or both.</param>
/// <param name="Rounds">How often each contestant has its turn.</param>
/// <param name="Milliseconds">The length of an iteration, five of which make a round.</param>
/// <param name="Threads">Of each contestant on the CPU.</param>
/// <param name="Out">Where the table goes as Markdown, JSON and CSV.</param>
sealed record BenchOptions(
    string[] Categories, string[] Devices, string Only, Pass[] Passes, int Rounds, int Milliseconds, int Threads,
    string Out)
{
    static readonly Dictionary<string, (Type Type, IEnumerable<Work> Works)> categories = new()
    {
        ["networks"] = (typeof(Networks), Networks.Works),
        ["mining"] = (typeof(Mining), Mining.Works),
        ["operations"] = (typeof(Operations), Operations.Works),
        ["layers"] = (typeof(Layers), Layers.Works),
    };

    /// <summary>The benchmarks' classes.</summary>
    public Type[] Types => Array.ConvertAll(Categories, name => categories[name].Type);

    /// <summary>Whether there is anything to do.</summary>
    public bool HaveWork =>
        Categories.Any(name => categories[name].Works.Any(work => Passes.Any(pass => Takes(work, pass, false))));

    /// <summary>Whether a pass of a work is asked for, and can be done.</summary>
    public bool Takes(Work work, Pass pass, bool onOnnxRuntime) =>
        Passes.Contains(pass) && work.Name.Contains(Only, StringComparison.OrdinalIgnoreCase)
        && work.Has(pass, onOnnxRuntime);

    /// <summary>The command, which hands what it reads to an action.</summary>
    public static RootCommand Command(Func<BenchOptions, int> run)
    {
        Argument<string[]> names = new("CATEGORY")
        {
            Description = $"{string.Join(", ", categories.Keys)} (default: all)",
            Arity = ArgumentArity.ZeroOrMore,
        };
        names.AcceptOnlyFromAmong([.. categories.Keys]);
        Option<string> device = new("--device")
        {
            Description = "Devices as triplet has them, one or several (cpu,opencl:0)",
            DefaultValueFactory = _ => "cpu",
        };
        Option<string> only = new("--only")
        {
            Description = "Works whose name has this in it (resnet50)",
            DefaultValueFactory = _ => "",
        };
        Option<string> pass = new("--pass")
        {
            Description = "forward, training or both",
            DefaultValueFactory = _ => "both",
        };
        pass.AcceptOnlyFromAmong("forward", "training", "both");
        Option<int> rounds = Number("--rounds", "Turns of each contestant", 3, 100);
        Option<int> milliseconds = Number("--milliseconds", "Length of an iteration; five make a round", 200, 60_000);
        Option<int> threads = Number("--threads", "Threads of each on the CPU", Environment.ProcessorCount, 1024);
        Option<string> folder = new("--out")
        {
            Description = "Folder for the table as Markdown, JSON and CSV",
            DefaultValueFactory = _ => "BenchmarkDotNet.Artifacts",
        };
        RootCommand command = new(
            "Times TripletGpu beside ONNX Runtime and LibTorch, in turns, and prints one table")
        {
            names, device, only, pass, rounds, milliseconds, threads, folder,
        };
        command.SetAction(parsed => run(new BenchOptions(
            parsed.GetValue(names) is { Length: > 0 } some ? some : [.. categories.Keys],
            parsed.GetValue(device)!.Split(','), parsed.GetValue(only)!,
            parsed.GetValue(pass) switch
            {
                "forward" => [Pass.Forward],
                "training" => [Pass.Training],
                _ => [Pass.Forward, Pass.Training],
            },
            parsed.GetValue(rounds), parsed.GetValue(milliseconds), parsed.GetValue(threads),
            parsed.GetValue(folder)!)));
        return command;
    }

    static Option<int> Number(string name, string description, int usual, int most)
    {
        Option<int> option = new(name) { Description = description, DefaultValueFactory = _ => usual };
        option.Validators.Add(result =>
        {
            int value = result.GetValueOrDefault<int>();
            if (value < 1 || value > most) result.AddError($"{name} is between 1 and {most}, not {value}");
        });
        return option;
    }
}
