using System.Text.Json;
using TripletGpu.Runner.Commands;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet bench</c> as bench/compare.sh reads it.</summary>
public sealed class BenchCommandTests
{
    [Test]
    public void Models_TimeTrainingAndInference()
    {
        CliResult result = Cli.Run("bench", "models", "--device", "cpu", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.That(rows.Select(r => r.GetProperty("op").GetString()),
            Is.EqualTo(
                new[] { "small-cnn training", "small-cnn inference", "mnist-nn2 training", "mnist-nn2 inference" }));
        Assert.That(rows.Select(r => r.GetProperty("seconds").GetDouble()), Has.All.Positive);
    }
}
