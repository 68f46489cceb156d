using System.Text.Json;
using TripletGpu.Models;
using TripletGpu.Runner.Configuration;

namespace TripletGpu.Runner.Runs;

/// <summary>A line of metrics.jsonl as it is read again; NaN where it has no such figure.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Seconds">In training until its end.</param>
/// <param name="Loss">Of its batch.</param>
/// <param name="LearningRate">Of the step.</param>
/// <param name="Active">The share of pairs or triplets that have a loss.</param>
/// <param name="Spread">The mean squared distance of two embeddings.</param>
/// <param name="ImagesPerSecond">Of this step.</param>
sealed record RecordedStep(
    long Step, int Epoch, double Seconds, double Loss, double LearningRate, double Active, double Spread,
    double ImagesPerSecond)
{
    /// <summary>The steps of a run. A last line that is not whole, of a process that was killed, is left out.</summary>
    /// <param name="path">metrics.jsonl; none is a run without a step.</param>
    /// <param name="config">The run's config.</param>
    /// <exception cref="UserErrorException">A line is damaged.</exception>
    public static IEnumerable<RecordedStep> Read(string path, RunConfig config)
    {
        if (!File.Exists(path)) yield break;
        using StreamReader reader = new(new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        for (int number = 1; reader.ReadLine() is { } line; number++)
        {
            if (reader.EndOfStream && !line.EndsWith('}')) yield break;
            yield return Parse(line, config, $"{path}, line {number}");
        }
    }

    static RecordedStep Parse(string line, RunConfig config, string place)
    {
        try
        {
            using JsonDocument json = JsonDocument.Parse(line);
            JsonElement step = json.RootElement;
            // Runs of several phases say which; the loss decides what a share is of.
            LossConfig loss = step.TryGetProperty("phase", out JsonElement phase)
                && phase.GetInt32() - 1 is >= 0 and int place0 && place0 < config.Phases.Length
                ? config.Phases[place0].Loss ?? config.Loss : config.Loss;
            double active = ActiveShare.Of(
                loss, (long)Number("active"), (long)Number("pairs"),
                (long)(Number("hard") + Number("semiHard") + Number("easy"))).Value ?? 0;
            return new RecordedStep(
                (long)Number("step"), (int)Number("epoch"), Number("seconds"), Number("loss"), Number("learningRate"),
                active, Number("spread"), Number("imagesPerSecond"));

            double Number(string name) =>
                step.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Number
                    ? value.GetDouble() : double.NaN;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException)
        {
            throw new UserErrorException($"{place} is no line of metrics: {exception.Message}", exception);
        }
    }
}
