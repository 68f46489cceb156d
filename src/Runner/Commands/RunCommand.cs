using System.CommandLine;
using TripletGpu.Models.Serialization;
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
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command = new("run", "Runs a network on arrays") { model, input, output, device, threads, json };
        command.SetAction(parsed =>
        {
            using Device opened = parsed.OpenDevice(device, threads);
            using RunnableModel runnable = RunnableModel.Open(parsed.GetValue(model)!, opened);
            Dictionary<string, NpyArray<float>> arrays = [];
            foreach ((string? given, string path) in parsed.GetValue(input)!.Select(Split))
            {
                string name = given ?? runnable.Inputs[0];
                if (!arrays.TryAdd(name, runnable.Read(name, path, terminal.Error.WriteLine)))
                    throw new UserErrorException($"--input {path}: the input {name} is given twice");
            }
            IReadOnlyDictionary<string, NpyArray<float>> results = runnable.Run(arrays);
            foreach ((string? name, string path) in parsed.GetValue(output)!.Select(Split))
            {
                if (!results.TryGetValue(name ?? runnable.Outputs[0], out NpyArray<float> result))
                    throw new UserErrorException(
                        $"--output {name}: there is no such output, only {string.Join(", ", runnable.Outputs)}");
                Npy.Write(path, result.Shape, result.Values);
                if (parsed.GetValue(json)) Json.Write(terminal, new { file = path, shape = result.Shape.ToArray() });
                else terminal.Out.WriteLine($"{result.Shape} in {path}");
            }
            return CommandLine.Done;
        });
        return command;
    }

    static (string? Name, string Path) Split(string argument)
    {
        int at = argument.IndexOf('=');
        return at < 0 ? (null, argument) : (argument[..at], argument[(at + 1)..]);
    }
}
