using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Calibration;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
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
        Option<int?> ranks = RankedCommand.Option();
        Option<string?> precision = CommonOptions.Precision();
        Option<bool> json = CommonOptions.Json();
        Command command = new("evaluate", "Measures a finished run. Example: triplet evaluate runs/faces-1 --groups"
            + " people.csv --by camera")
        {
            run, output, pairs, groups, by, far, weights, device, threads, ranks, precision, json,
        };
        command.SetAction(parsed => RankedCommand.Run(parsed, ranks, terminal, advice: "", (together, shown) =>
        {
            CheckGroups(parsed);
            using Device opened = parsed.OpenDevice(device, threads, together, precision);
            using ProgressLine progress = new(shown);
            if (parsed.GetValue(pairs) is { } table)
            {
                // A table of pairs is the first rank's alone.
                if (!together.IsFirst) return CommandLine.Done;
                PairEvaluation found = PairEvaluation.Of(table, ImagePairs.Score(
                    PairTable.Read(table), () => Open(parsed, opened, null), progress));
                progress.Dispose();
                if (parsed.GetValue(json)) Json.Write(shown, found);
                else EvaluationTable.Show(shown, found);
                return CommandLine.Done;
            }
            using FinishedRun finished = Open(parsed, opened, together);
            DatasetSplits data = Datasets.Open(finished.Config, progress.WriteLine, together);
            together.MustAgree("data", $"{Counted.Of(data.Train.Count, "image")} of {data.Train.Name},"
                + $" {data.Test?.Count} of a test");
            IImageDataset judged = data.Test ?? data.Labelled;
            string?[]? groupOf = together.IsFirst && parsed.GetValue(groups) is { } file
                ? GroupTable.Read(file, parsed.GetValue(by), judged) : null;
            RunEvaluator evaluator = new(
                WithOpenSet(finished.Config), data, finished.Network, progress, ranks: together.Collective)
            {
                FalseAlarmRates = parsed.GetValue(far) is { } rate ? [rate] : [0.1, 0.01],
            };
            MeasuredRun measured = evaluator.Measure();
            progress.Dispose();
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
            if (together.IsFirst) Tell(measured, finished.Folder, parsed, shown);
            return CommandLine.Done;
        }));
        return command;

        FinishedRun Open(ParseResult parsed, Device on, Ranks? together) =>
            FinishedRun.Open(parsed.GetValue(run)!, on, parsed.GetWeights(weights), together);

        void CheckGroups(ParseResult parsed)
        {
            if (parsed.GetValue(far) is { } given && !(given is > 0 and < 1))
                throw new UserErrorException(string.Create(
                    CultureInfo.InvariantCulture, $"--far must be above 0 and below 1, not {given}"));
            if (parsed.GetValue(by) is not null && parsed.GetValue(groups) is null)
                throw new UserErrorException("--by names a column of --groups FILE, which is missing");
        }

        void Tell(MeasuredRun measured, RunFolder of, ParseResult parsed, Terminal shown)
        {
            BestNetwork? best = BestWeights.Describe(of);
            measured = measured with { Result = measured.Result with { Best = best } };
            if (parsed.GetWeights(weights) == RunWeights.Best) measured = measured.Noted(
                $"the weights are those of best.safetensors{(best is null ? "" : $", of step {best.Step}")}");
            if (parsed.GetValue(output) is { } folder)
                AtomicFile.WriteText(
                    new RunFolder(folder).Evaluation, JsonSerializer.Serialize(measured.Result, Json.Readable) + "\n");
            if (parsed.GetValue(json)) Json.Write(shown, measured.Result);
            else EvaluationTable.Show(shown, measured.Result);
        }
    }

    /// <summary>
    /// The run's protocols and the open set; the usual ones for a run that was told to measure nothing while it trains.
    /// </summary>
    static RunConfig WithOpenSet(RunConfig config)
    {
        EvaluationProtocol[] asked = config.Evaluate.Protocols is [] ? new EvaluateConfig().Protocols
            : config.Evaluate.Protocols;
        return config with
        {
            Evaluate = config.Evaluate with { Protocols = [.. asked.Append(EvaluationProtocol.OpenSet).Distinct()] },
        };
    }
}
