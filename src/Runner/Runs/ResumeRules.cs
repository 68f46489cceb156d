using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TripletGpu.Models;
using TripletGpu.Models.Text;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Runs;

/// <summary>What may differ between a run and its continuation: nothing that a step depends on.</summary>
static class ResumeRules
{
    // The run's length, how it is judged, what is kept, and where decoded images lie in the meantime.
    static readonly string[] free =
    [
        "train.epochs", "train.steps", "train.checkpointEverySteps", "train.keep", "train.patience",
        "train.tensorBoard", "data.cacheMegabytes", "evaluate",
    ];

    /// <summary>Compares a run's config with what it is to go on with.</summary>
    /// <param name="source">The run's own config.</param>
    /// <param name="now">The same with the settings of the command line.</param>
    /// <param name="folder">The run.</param>
    /// <exception cref="UserErrorException">Something was changed that a step depends on.</exception>
    public static void Check(string source, RunConfig now, RunFolder folder)
    {
        RunConfig before = ConfigReader.Read(source, []);
        JsonNode then = Node(before), wanted = Node(now);
        if (Difference(then, wanted, "") is { } field)
            throw new UserErrorException(
                $"{folder.Path} goes on with its own config: {field} cannot change, as the steps depend on it; only"
                + $" {string.Join(", ", free[..^1])} and evaluate.* can be set when resuming");
        bool isSameLength = before.Train.Epochs == now.Train.Epochs && before.Train.Steps == now.Train.Steps;
        if (now.Schedule.Kind == ScheduleKind.Cosine && !isSameLength && !EndsByItself(now))
            throw new UserErrorException(
                $"{folder.Path} has a cosine schedule, which falls to 0 at the last step: another train.epochs or"
                + " train.steps would change the rate of every step. Start a new run from its weights"
                + $" (model.weights={folder.Model}), or one with another schedule.kind");
    }

    /// <summary>Compares the steps that a run has done with those that it is to have.</summary>
    /// <exception cref="UserErrorException">It has done more.</exception>
    public static void CheckLength(RunFolder folder, long totalSteps)
    {
        long done = folder.NewestStep;
        if (done > totalSteps)
            throw new UserErrorException(
                FormattableString.Invariant(
                    $"{folder.Path} has done {Counted.Of(done, "step")} already, and train.epochs and")
                + FormattableString.Invariant(
                    $" train.steps now make a run of {totalSteps:N0}: it cannot become shorter"));
    }

    /// <summary>Whether every phase has a length of its own, so that none changes with the run's.</summary>
    static bool EndsByItself(RunConfig config) =>
        config.Phases is [.., { } last] && (last.Epochs is not null || last.Steps is not null);

    static JsonNode Node(RunConfig config) => JsonNode.Parse(ConfigReader.ToJson(config))!;

    /// <summary>The path of the first field that differs and may not, with both values.</summary>
    static string? Difference(JsonNode? then, JsonNode? now, string path)
    {
        if (free.Contains(path) || JsonNode.DeepEquals(then, now)) return null;
        if (then is JsonObject before && now is JsonObject after)
            return before.Select(field => Difference(
                field.Value, after[field.Key], path == "" ? field.Key : $"{path}.{field.Key}"))
                .FirstOrDefault(found => found is not null);
        return string.Create(CultureInfo.InvariantCulture, $"{path} (now {Text(then)}, wanted {Text(now)})");
    }

    static string Text(JsonNode? value) => value?.ToJsonString(new JsonSerializerOptions()) ?? "null";
}
