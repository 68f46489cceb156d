using System.CommandLine;
using System.Text.Json;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet evaluate RUN</c>: the evaluation protocols on a finished run.</summary>
static class EvaluateCommand
{
    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "A run's folder" };
        Option<string?> output = new("--out")
        {
            Description = "Also write evaluation.json into this folder",
            HelpName = "DIR",
        };
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<string?> precision = CommonOptions.Precision();
        Option<bool> json = CommonOptions.Json();
        Command command = new("evaluate", "Measures a finished run")
        {
            run, output, weights, device, threads, precision, json,
        };
        command.SetAction(parsed =>
        {
            using Device opened = parsed.OpenDevice(device, threads, precision);
            using FinishedRun finished = FinishedRun.Open(parsed.GetValue(run)!, opened, parsed.GetWeights(weights));
            using ProgressLine progress = new(terminal);
            DatasetSplits data = Datasets.Open(finished.Config, progress.WriteLine);
            MeasuredRun measured = new RunEvaluator(finished.Config, data, finished.Network, progress).Measure();
            BestNetwork? best = BestWeights.Describe(finished.Folder);
            measured = measured with { Result = measured.Result with { Best = best } };
            if (parsed.GetWeights(weights) == RunWeights.Best) measured = measured.Noted(
                $"the weights are those of best.safetensors{(best is null ? "" : $", of step {best.Step}")}");
            progress.Dispose();
            if (parsed.GetValue(output) is { } folder)
                AtomicFile.WriteText(
                    new RunFolder(folder).Evaluation, JsonSerializer.Serialize(measured.Result, Json.Readable) + "\n");
            if (parsed.GetValue(json)) Json.Write(terminal, measured.Result);
            else EvaluationTable.Show(terminal, measured.Result);
            return CommandLine.Done;
        });
        return command;
    }
}
