using System.CommandLine;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet train CONFIG</c>.</summary>
static class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string?> config = new("CONFIG")
        {
            Description = $"A preset ({string.Join(", ", ConfigReader.Presets)}) or a JSON file",
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
        Option<bool> json = CommonOptions.Json();
        Command command = new("train", "Trains an embedding network")
        {
            config, output, resume, device, threads, precision, seed, settings, json,
        };
        command.SetAction(parsed =>
        {
            bool resumes = parsed.GetResult(resume) is not null;
            TrainRequest request = TrainRequest.From(
                parsed.GetValue(config), parsed.GetValue(output), resumes, parsed.GetValue(resume));
            List<string> changes = [.. parsed.GetValue(settings)!];
            if (parsed.GetValue(seed) is { } number) changes.Add($"train.seed={number}");
            if (parsed.GetValue(precision) is { } word) changes.Add($"train.precision={word}");
            if (resumes && !request.IsResumed)
                terminal.Error.WriteLine($"{request.Folder.Path} holds no run yet: starting one");
            using Device opened = parsed.OpenDevice(device, threads);
            return TrainingRun.Start(request, changes, opened, terminal, parsed.GetValue(json)) ?? CommandLine.Done;
        });
        return command;
    }
}
