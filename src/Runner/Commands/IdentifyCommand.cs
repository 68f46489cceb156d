using System.CommandLine;
using System.Globalization;
using TripletGpu.Models;
using TripletGpu.Models.Search;
using TripletGpu.Runner.Calibration;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Search;

namespace TripletGpu.Runner.Commands;

/// <summary><c>triplet identify INDEX IMAGE...</c>: who is it, or unknown.</summary>
static class IdentifyCommand
{
    const int MostVoters = 1000;

    public static Command Create(Terminal terminal)
    {
        Argument<string> path = SearchOptions.Index();
        Argument<string[]> images = SearchOptions.Images();
        Option<string> by = SearchOptions.By();
        Option<int> voters = SearchOptions.Voters();
        Option<double?> threshold = new("--threshold")
        {
            Description = "The largest squared distance that is believed (default: the calibrated one)",
            HelpName = "T",
        };
        Option<string?> calibration = new("--calibration")
        {
            Description = "What triplet calibrate wrote (default: that of the index's run)",
            HelpName = "FILE",
        };
        Option<string?> run = SearchOptions.Run();
        Option<string> device = CommonOptions.Device();
        Option<int> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        Command command = new("identify", "Says which class of an index each image is of, or that it is unknown."
            + " Example: triplet identify faces.index photo.jpg --by mean")
        {
            path, images, by, voters, threshold, calibration, run, device, threads, json,
        };
        command.SetAction(parsed =>
        {
            int k = parsed.GetValue(voters);
            if (k is < 1 or > MostVoters)
                throw new UserErrorException($"--k must be between 1 and {MostVoters}, not {k}");
            string file = parsed.GetValue(path)!;
            IdentifyBy rule = Words.Value<IdentifyBy>(parsed.GetValue(by)!)!.Value;
            using IndexFile index = IndexFile.Open(file);
            if (index.Header.Classes == 0)
                throw new UserErrorException($"{file} has no classes: build it with --labels, or of a folder a class");
            BelievedDistance believed = BelievedDistance.Find(
                parsed.GetValue(threshold), parsed.GetValue(calibration), parsed.GetValue(run), index.Header, file,
                rule, k);
            using Device opened = parsed.OpenDevice(device, threads);
            using ProgressLine progress = new(terminal);
            Queries queries = Queries.Open(
                parsed.GetValue(images)!, null, index.Header, file, parsed.GetValue(run), opened, progress);
            Identified found = Identification.Identify(opened, index, queries.Values, rule, k);
            progress.Dispose();
            string? Label(int query) => found.Labels[query] < 0 ? null : index.Classes[found.Labels[query]];
            bool IsKnown(int query) => found.Labels[query] >= 0 && found.Distances[query] <= believed.Threshold;
            if (parsed.GetValue(json))
            {
                Json.Write(terminal, new
                {
                    index = file,
                    by = Words.Of(rule),
                    threshold = believed.Threshold,
                    thresholdFrom = believed.From,
                    unknown = Enumerable.Range(0, queries.Count).Count(query => !IsKnown(query)),
                    queries = Enumerable.Range(0, queries.Count).Select(query => new
                    {
                        query = queries.Name(query),
                        label = IsKnown(query) ? Label(query) : null,
                        unknown = !IsKnown(query),
                        nearest = Label(query),
                        distance = found.Distances[query],
                        row = found.Rows[query] < 0 ? (int?)null : found.Rows[query],
                    }).ToArray(),
                });
                return CommandLine.Done;
            }
            for (int query = 0; query < queries.Count; query++)
                terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"{queries.Name(query)}: {(IsKnown(query) ? Label(query) : "unknown")}"
                    + $" ({found.Distances[query]:0.0000} from {Label(query) ?? "nobody"})"));
            terminal.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"believed up to {believed.Threshold:0.0000}: {believed.From}"));
            return CommandLine.Done;
        });
        return command;
    }
}
