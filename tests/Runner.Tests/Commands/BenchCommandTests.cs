using System.Text.Json;
using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet bench</c> as scripts read it.</summary>
public sealed class BenchCommandTests
{
    [Test]
    public void Models_TimeTrainingAndInference()
    {
        CliResult result = Cli.Run("bench", "models", "small-cnn", "mnist-nn2", "--device", "cpu", "--json");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement[] rows = [.. json.RootElement.GetProperty("rows").EnumerateArray()];
        Assert.That(rows.Select(r => r.GetProperty("op").GetString()),
            Is.EqualTo(
                new[] { "small-cnn training", "small-cnn inference", "mnist-nn2 training", "mnist-nn2 inference" }));
        Assert.That(rows.Select(r => r.GetProperty("seconds").GetDouble()), Has.All.Positive);
    }

    [Test]
    public void Models_BatchesAndThreads_AreSwept()
    {
        JsonElement[] rows = Rows(
            "bench", "models", "small-cnn", "--batch", "1,4", "--threads", "1,2", "--pass", "inference", "--device",
            "cpu", "--json");
        Assert.That(
            rows.Select(r => (r.GetProperty("threads").GetInt32(), r.GetProperty("shape")[0].GetInt32())),
            Is.EqualTo(new[] { (1, 1), (1, 4), (2, 1), (2, 4) }));
    }

    [Test]
    public void Profile_HasEveryOperationWithItsLayer()
    {
        using TemporaryFolder folder = new();
        string trace = Path.Combine(folder.Path, "trace.json");
        JsonElement row = Rows(
            "bench", "models", "small-cnn", "--batch", "8", "--pass", "training", "--trace", trace, "--device", "cpu",
            "--json").Single();
        JsonElement[] events = [.. row.GetProperty("profile").EnumerateArray()];
        Assert.That(
            events.Select(e => (e.GetProperty("op").GetString(), e.GetProperty("pass").GetString())),
            Is.SupersetOf(new[] { ("Linear", "forward"), ("Linear", "backward"), ("TripletLoss", "backward") }));
        Assert.That(events.Select(e => e.GetProperty("layer").GetString()), Has.Member("linear"));
        Assert.That(events.Select(e => e.GetProperty("seconds").GetDouble()), Has.All.Positive);
        using JsonDocument written = JsonDocument.Parse(File.ReadAllText(trace));
        Assert.That(
            written.RootElement.GetProperty("traceEvents").EnumerateArray()
                .Count(e => e.GetProperty("ph").GetString() == "X"),
            Is.EqualTo(events.Length));
    }

    [TestCase("0")]
    [TestCase("1,x")]
    [TestCase("")]
    public void Batch_ThatIsNone_IsTheUsersError(string batch)
    {
        CliResult result = Cli.Run("bench", "models", "small-cnn", "--batch", batch);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.Error, Does.Contain("--batch"));
    }

    static JsonElement[] Rows(params string[] arguments)
    {
        CliResult result = Cli.Run(arguments);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        return [.. JsonDocument.Parse(result.Out).RootElement.GetProperty("rows").EnumerateArray()];
    }
}
