using System.CommandLine;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet train CONFIG</c>.</summary>
static class TrainCommand
{
    const string Advice = "; triplet train --resume RUN goes on from the last checkpoint";

    public static Command Create(Terminal terminal)
    {
        Argument<string?> config = new("CONFIG")
        {
            Description = $"A folder with a folder of images for each class, a preset"
                + $" ({string.Join(", ", ConfigReader.Presets)}), or a JSON file",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string?> output = new("--out")
        {
            Description = "The run's folder (default: runs/<preset>-<n>)",
            HelpName = "DIR",
        };
        Option<string?> resume = new("--resume")
        {
            Description = "Go on with a run: --resume RUN, or --out RUN --resume",
            HelpName = "RUN",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<string?> precision = CommonOptions.Precision();
        Option<ulong?> seed = CommonOptions.Seed();
        Option<string[]> settings = CommonOptions.Set();
        Option<int?> ranks = RankedCommand.Option();
        Option<bool> tensorBoard = new("--tensorboard")
        {
            Description = "Also write what TensorBoard shows: tensorboard --logdir runs",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("train", "Trains an embedding network. Of a folder of images it looks at classes and"
            + " sizes, chooses a configuration, says why, and writes it into the run. Example: triplet train photos")
        {
            config, output, resume, device, threads, ranks, precision, seed, tensorBoard, settings, json,
        };
        command.SetAction(parsed => RankedCommand.Run(parsed, ranks, terminal, Advice, (together, shown) =>
        {
            bool resumes = parsed.GetResult(resume) is not null;
            TrainRequest request = together.FromFirst(() => TrainRequest.From(
                parsed.GetValue(config), parsed.GetValue(output), resumes, parsed.GetValue(resume)));
            List<string> changes = [.. parsed.GetValue(settings)!];
            if (parsed.GetValue(seed) is { } number) changes.Add($"train.seed={number}");
            if (parsed.GetPrecision(precision) is { } given) changes.Add($"train.precision={Words.Of(given)}");
            if (parsed.GetValue(tensorBoard)) changes.Add("train.tensorBoard=true");
            if (resumes && !request.IsResumed)
                shown.Tell($"{request.Folder.Path} holds no run yet: starting one");
            using Device opened = parsed.OpenDevice(device, threads, together);
            return TrainingRun.Start(request, changes, opened, shown, parsed.GetValue(json), together)
                ?? CommandLine.Done;
        }));
        return command;
    }
}
