using System.CommandLine;
using TripletGpu.Models;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Inference;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet run MODEL --input X.npy --output Y.npy</c>: inference.</summary>
static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = new("MODEL")
        {
            Description = "An ONNX file, a run's folder, or an imported .safetensors",
        };
        Option<string[]> input = new("--input")
        {
            Description = "The input as .npy; of a graph with several, each by its name",
            HelpName = "[NAME=]X.npy",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string[]> output = new("--output")
        {
            Description = "Where the output goes; of a graph with several, the first unless named",
            HelpName = "[NAME=]Y.npy",
            Required = true,
            AllowMultipleArgumentsPerToken = false,
        };
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<string?> precision = CommonOptions.Precision();
        Option<bool> json = CommonOptions.Json();
        Command command = new("run", "Runs a network on arrays")
        {
            model, input, output, weights, device, threads, precision, json,
        };
        command.SetAction(parsed =>
        {
            using Device opened = parsed.OpenDevice(device, threads, precision);
            using RunnableModel runnable =
                RunnableModel.Open(parsed.GetValue(model)!, opened, parsed.GetWeights(weights));
            (string Name, string Path)[] wanted =
                [.. parsed.GetValue(output)!.Select(Split).Select(o => (o.Name ?? runnable.Outputs[0], o.Path))];
            if (wanted.FirstOrDefault(o => !runnable.Outputs.Contains(o.Name)) is { Name: { } unknown })
                throw new UserErrorException(
                    $"--output {unknown}: there is no such output, only {string.Join(", ", runnable.Outputs)}");
            OutputFiles.MustDiffer(
                wanted.Select(o => ("--output", (string?)o.Path)),
                [parsed.GetValue(model), .. parsed.GetValue(input)!.Select(argument => Split(argument).Path)]);
            Dictionary<string, IRows> arrays = [];
            foreach ((string? given, string path) in parsed.GetValue(input)!.Select(Split))
            {
                string name = given ?? runnable.Inputs[0];
                if (!arrays.TryAdd(name, runnable.Open(name, path, terminal.Tell)))
                    throw new UserErrorException($"--input {path}: the input {name} is given twice");
            }
            using ProgressLine progress = new(terminal);
            Shape[] shapes = ResultFiles.Write(runnable.Run(arrays), wanted, progress);
            foreach (IRows array in arrays.Values) array.Dispose();
            progress.Dispose();
            if (parsed.GetValue(json)) Json.Write(terminal, Describe(wanted, shapes));
            else
                foreach (((_, string path), Shape shape) in wanted.Zip(shapes))
                    terminal.WriteLine($"{shape} in {path}");
            return CommandLine.Done;
        });
        return command;
    }

    static object Describe((string Name, string Path)[] wanted, Shape[] shapes) => wanted is [var only]
        ? new { file = only.Path, shape = shapes[0].ToArray() }
        : new
        {
            outputs = wanted.Zip(shapes, (o, shape) => new { name = o.Name, file = o.Path, shape = shape.ToArray() }),
        };

    static (string? Name, string Path) Split(string argument)
    {
        int at = argument.IndexOf('=');
        return at < 0 ? (null, argument) : (argument[..at], argument[(at + 1)..]);
    }
}
