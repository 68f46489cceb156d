using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Calibration;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Networks;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet evaluate RUN</c>: the evaluation protocols on a finished run.</summary>
static class EvaluateCommand
{
    const double GroupFar = 0.01;

    public static Command Create(Terminal terminal)
    {
        Argument<string> run = new("RUN") { Description = "A run's folder" };
        Option<string?> output = new("--out")
        {
            Description = "Also write evaluation.json into this folder",
            HelpName = "DIR",
        };
        Option<string?> pairs = new("--pairs")
        {
            Description = "Measure verification on these pairs alone: a table with the columns image1, image2 and same"
                + " (or person1, person2)",
            HelpName = "FILE",
        };
        Option<string?> groups = new("--groups")
        {
            Description = "Also measure groups: a table of metadata, a line a class (column class), an image (column"
                + " image), or a row of the test",
            HelpName = "FILE",
        };
        Option<string?> by = new("--by") { Description = "The column of --groups with the group", HelpName = "COLUMN" };
        Option<double?> far = new("--far")
        {
            Description = "The false alarm rate of DIR (default: 0.1 and 0.01); FAR over all groups (default: 0.01)",
            HelpName = "F",
        };
        Option<string> weights = CommonOptions.Weights();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<string?> precision = CommonOptions.Precision();
        Option<bool> json = CommonOptions.Json();
        Command command = new("evaluate", "Measures a finished run. Example: triplet evaluate runs/faces-1 --groups"
            + " people.csv --by camera")
        {
            run, output, pairs, groups, by, far, weights, device, threads, precision, json,
        };
        command.SetAction(parsed =>
        {
            if (parsed.GetValue(far) is { } given && !(given is > 0 and < 1))
                throw new UserErrorException(string.Create(
                    CultureInfo.InvariantCulture, $"--far must be above 0 and below 1, not {given}"));
            if (parsed.GetValue(by) is not null && parsed.GetValue(groups) is null)
                throw new UserErrorException("--by names a column of --groups FILE, which is missing");
            using Device opened = parsed.OpenDevice(device, threads, precision);
            using ProgressLine progress = new(terminal);
            if (parsed.GetValue(pairs) is { } table)
            {
                PairEvaluation found = PairEvaluation.Of(table, ImagePairs.Score(
                    PairTable.Read(table), () => Open(opened), progress));
                progress.Dispose();
                if (parsed.GetValue(json)) Json.Write(terminal, found);
                else EvaluationTable.Show(terminal, found);
                return CommandLine.Done;
            }
            using FinishedRun finished = Open(opened);
            DatasetSplits data = Datasets.Open(finished.Config, progress.WriteLine);
            IImageDataset judged = data.Test ?? data.Labelled;
            string?[]? groupOf = parsed.GetValue(groups) is { } file
                ? GroupTable.Read(file, parsed.GetValue(by), judged) : null;
            RunEvaluator evaluator = new(WithOpenSet(finished.Config), data, finished.Network, progress)
            {
                FalseAlarmRates = parsed.GetValue(far) is { } rate ? [rate] : [0.1, 0.01],
            };
            MeasuredRun measured = evaluator.Measure();
            if (groupOf is not null)
                measured = measured with
                {
                    Result = measured.Result with
                    {
                        Groups = GroupProtocol.Evaluate(
                            measured.Queries, measured.Result.Neighbours, groupOf, judged.Classes,
                            parsed.GetValue(far) ?? GroupFar),
                    },
                };
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

            FinishedRun Open(Device on) =>
                FinishedRun.Open(parsed.GetValue(run)!, on, parsed.GetWeights(weights));
        });
        return command;
    }

    static RunConfig WithOpenSet(RunConfig config) => config with
    {
        Evaluate = config.Evaluate with
        {
            Protocols = [.. config.Evaluate.Protocols.Append(EvaluationProtocol.OpenSet).Distinct()],
        },
    };
}
