using System.CommandLine;
using TripletGpu.Models.Onnx.Export;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Inference;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet export RUN --onnx FILE</c>: a trained network for other runtimes.</summary>
static class ExportCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "A run's folder, or an imported .safetensors" };
        Option<string> output = new("--onnx")
        {
            Description = "The ONNX file to write",
            HelpName = "FILE",
            Required = true,
        };
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command = new("export", "Writes a network as ONNX, and checks it by running it")
        {
            run, output, weights, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            string file = parsed.GetValue(output)!;
            using Device opened = parsed.OpenDevice(device, threads);
            using RunnableNetwork network =
                RunnableNetwork.Open(parsed.GetValue(run)!, opened, parsed.GetWeights(weights));
            OnnxExport.Write(file, network.Network);
            double error = ExportCheck.Compare(network.Network, file);
            string? takes = network.BeforeNetwork;
            if (parsed.GetValue(json)) Json.Write(terminal, new { file, relativeError = error, takes });
            else terminal.WriteLine($"{file} gives the network's own outputs within {error:0.0e+0}");
            if (takes is not null && !parsed.GetValue(json)) terminal.WriteLine($"it takes {takes}");
            return CommandLine.Done;
        });
        return command;
    }
}
