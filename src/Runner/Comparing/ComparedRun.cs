using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Runs;

namespace TripletGpu.Runner.Comparing;

/// <summary>A point of a run's course: the mean of some steps, or a measurement between epochs.</summary>
/// <param name="Step">The last of the steps.</param>
/// <param name="Seconds">In training until then.</param>
/// <param name="Value">The figure; null where there is none.</param>
sealed record CoursePoint(long Step, double Seconds, double? Value);

/// <summary>What is compared of a run, finished or not.</summary>
sealed record ComparedRun
{
    const int MostPoints = 600;
    const long MostBytes = 1 << 26;

    /// <summary>What it is called.</summary>
    public required string Name { get; init; }

    /// <summary>Its folder.</summary>
    public required string Path { get; init; }

    /// <summary>Its config as resolved.</summary>
    public required JsonNode Config { get; init; }

    /// <summary>Its figures by name, in the order in which they are shown; null where it has none.</summary>
    public required IReadOnlyDictionary<string, double?> Figures { get; init; }

    /// <summary>Its curves by name.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<CoursePoint>> Curves { get; init; }

    /// <summary>Whether it has come to its end and been measured.</summary>
    public bool IsFinished { get; init; }

    /// <summary>Reads runs; those whose folders have the same name are told apart by their paths.</summary>
    /// <exception cref="UserErrorException">One is no run, or damaged.</exception>
    public static IReadOnlyList<ComparedRun> Read(IReadOnlyList<string> paths)
    {
        string[] names = [.. paths.Select(NameOf)];
        return
        [
            .. paths.Select((path, i) => Read(
                RunFolder.Existing(path), names.Count(name => name == names[i]) > 1 ? path : names[i])),
        ];
    }

    static string NameOf(string path) =>
        System.IO.Path.GetFileName(System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(path)));

    static ComparedRun Read(RunFolder folder, string name)
    {
        RunConfig config = ConfigReader.Read(folder.Config, []);
        RecordedStep[] steps = [.. RecordedStep.Read(folder.Metrics, config)];
        JsonNode? evaluation = File.Exists(folder.Evaluation) ? ReadJson(folder.Evaluation) : null;
        return new ComparedRun
        {
            Name = name,
            Path = folder.Path,
            Config = JsonNode.Parse(ConfigReader.ToJson(config))!,
            Figures = FiguresOf(steps, evaluation),
            Curves = new Dictionary<string, IReadOnlyList<CoursePoint>>
            {
                ["loss"] = Thin(steps, step => step.Loss),
                ["precision at 1"] = Evaluations(folder, steps),
                ["active share"] = Thin(steps, step => step.Active),
                ["spread"] = Thin(steps, step => step.Spread),
                ["learning rate"] = Thin(steps, step => step.LearningRate),
                ["images a second"] = Thin(steps, step => step.ImagesPerSecond),
            },
            IsFinished = evaluation is not null,
        };
    }

    static Dictionary<string, double?> FiguresOf(RecordedStep[] steps, JsonNode? evaluation)
    {
        // The loss of one batch says little; so many of the last ones say more.
        RecordedStep[] last = steps[^Math.Min(steps.Length, Math.Max(1, steps.Length / 20))..];
        return new Dictionary<string, double?>
        {
            ["precision at 1"] = Number("precisionAt1"),
            ["MAP@R"] = Number("mapAtR"),
            ["nearest class mean"] = Number("nearestMeanAccuracy"),
            ["verification"] = Number("verification", "accuracy"),
            ["AUC"] = Number("verification", "auc"),
            ["VAL at FAR 1e-3"] = Number("verification", "valAtFar", "1e-3"),
            ["triplets in order"] = Number("tripletOrder", "mean"),
            ["last loss"] = last.Length == 0 ? null : Finite(last.Average(step => step.Loss)),
            ["steps"] = steps.Length == 0 ? 0 : steps[^1].Step,
            ["seconds"] = steps.Length == 0 ? 0 : Finite(steps[^1].Seconds),
        };

        double? Number(params string[] path)
        {
            JsonNode? node = evaluation;
            foreach (string field in path) node = (node as JsonObject)?[field];
            return node is JsonValue value && value.GetValueKind() == JsonValueKind.Number ? value.GetValue<double>()
                : null;
        }
    }

    /// <summary>The precision at 1 between epochs, which the newest checkpoint has.</summary>
    static IReadOnlyList<CoursePoint> Evaluations(RunFolder folder, RecordedStep[] steps)
    {
        string state = System.IO.Path.Combine(
            folder.Checkpoints, string.Create(CultureInfo.InvariantCulture, $"step-{folder.NewestStep}"),
            Checkpoint.State);
        if (!File.Exists(state) || ReadJson(state) is not JsonObject json
            || json["evaluations"] is not JsonArray evaluations) return [];
        Dictionary<long, double> seconds =
            steps.GroupBy(step => step.Step).ToDictionary(g => g.Key, g => g.Last().Seconds);
        List<CoursePoint> points = [];
        foreach (JsonObject point in evaluations.OfType<JsonObject>())
            if (point["step"]?.GetValue<long>() is { } step
                && point["precisionAt1"]?.GetValue<double>() is { } precision)
                points.Add(new CoursePoint(step, seconds.GetValueOrDefault(step), precision));
        return points;
    }

    static IReadOnlyList<CoursePoint> Thin(RecordedStep[] steps, Func<RecordedStep, double> of)
    {
        int each = Math.Max(1, (steps.Length + MostPoints - 1) / MostPoints);
        return
        [
            .. steps.Chunk(each).Select(chunk => new CoursePoint(
                chunk[^1].Step, chunk[^1].Seconds, Finite(chunk.Average(of)))),
        ];
    }

    static JsonNode? ReadJson(string path)
    {
        using FileStream stream = InputFile.Open(path);
        try
        {
            return stream.Length > MostBytes ? throw new JsonException("it is too large") : JsonNode.Parse(stream);
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{path} is damaged: {Json.Fault(exception)}", exception);
        }
    }

    static double? Finite(double value) => double.IsFinite(value) ? value : null;
}
