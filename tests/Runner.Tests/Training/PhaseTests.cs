using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>Runs in phases: a classifier first, layers frozen and let go, rates by group.</summary>
public sealed class PhaseTests
{
    const int PhaseSteps = 4, Steps = 8;

    SyntheticRun job = null!;

    [OneTimeSetUp]
    public void WriteJob() => job = new SyntheticRun().WriteConfig(checkpointEverySteps: 1);

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    string Train(string name, params string[] settings)
    {
        string run = job[name];
        CliResult result = Cli.Run(
        [
            "train", job.Config, "--out", run, "--threads", "2", "--set", $"train.steps={Steps}", "--set",
            "train.keep=100", .. settings.SelectMany(s => new[] { "--set", s }),
        ]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        return run;
    }

    static float[] Weights(string run, int step, string name)
    {
        using SafeTensors file = SafeTensors.Open(
            Path.Combine(run, "checkpoints", $"step-{step}", "weights.safetensors"));
        return file.Read(name);
    }

    [Test]
    public void ClassifierThenTriplets_DropsTheClassifier_AndGoesOnExactly()
    {
        string run = Train(
            "classify", $$"""phases=[{"steps":{{PhaseSteps}},"loss":{"kind":"softmax"},"learningRate":0.01},{}]""");
        string[] metrics = SyntheticRun.Metrics(run);
        JsonElement first = JsonDocument.Parse(metrics[0]).RootElement,
            last = JsonDocument.Parse(metrics[^1]).RootElement;
        Assert.Multiple(() =>
        {
            Assert.That(
                first.GetProperty("loss").GetDouble(), Is.EqualTo(Math.Log(6)).Within(0.5),
                "six classes, nothing learnt");
            Assert.That(first.GetProperty("phase").GetInt32(), Is.EqualTo(1));
            Assert.That(first.TryGetProperty("accuracy", out _), Is.True);
            Assert.That(last.GetProperty("phase").GetInt32(), Is.EqualTo(2));
            Assert.That(last.TryGetProperty("accuracy", out _), Is.False);
            using SafeTensors model = SafeTensors.Open(Path.Combine(run, "model.safetensors"));
            Assert.That(model.Entries.Select(e => e.Name), Has.None.Contains("classifier"));
            Assert.That(File.ReadAllText(Path.Combine(run, "report.html")), Does
                .Contain("softmax, rate 0.01, 4 steps").And.Contain("semihard, margin 0.2, rate 0.002, 4 steps"));
        });
        // Killed within a phase, at its end, and at the next one's beginning.
        foreach (int step in (int[])[2, PhaseSteps, PhaseSteps + 1])
        {
            string stopped = SyntheticRun.StoppedAt(run, step);
            CliResult result = Cli.Run("train", "--resume", stopped, "--threads", "2");
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
            Assert.That(SyntheticRun.Metrics(stopped), Is.EqualTo(metrics), $"stopped at {step}");
            Assert.That(File.ReadAllBytes(Path.Combine(stopped, "model.safetensors")),
                Is.EqualTo(File.ReadAllBytes(Path.Combine(run, "model.safetensors"))));
        }
    }

    [Test]
    public void Freeze_HoldsUntilThePhaseEnds()
    {
        string run = Train("freeze", $$"""phases=[{"steps":{{PhaseSteps}},"freeze":["conv*"]},{}]""");
        Assert.That(Weights(run, PhaseSteps, "conv1.weight"), Is.EqualTo(Weights(run, 1, "conv1.weight")));
        Assert.That(Weights(run, PhaseSteps, "linear.weight"), Is.Not.EqualTo(Weights(run, 1, "linear.weight")));
        Assert.That(Weights(run, Steps, "conv1.weight"), Is.Not.EqualTo(Weights(run, PhaseSteps, "conv1.weight")));
    }

    [Test]
    public void Groups_HaveRatesOfTheirOwn()
    {
        const string sgd = "optimizer={\"kind\":\"sgd\",\"momentum\":0,\"learningRate\":0.01,"
            + "\"groups\":[{\"match\":\"conv1.*\",\"rate\":0},{\"match\":\"linear.*\",\"rate\":2}]}";
        string run = Train("groups", sgd, "schedule.kind=constant", "model.dropout=0");
        string plain = Train(
            "plain", """optimizer={"kind":"sgd","momentum":0,"learningRate":0.01}""", "schedule.kind=constant",
            "model.dropout=0", "train.steps=1");
        string start = Train(
            "start", """optimizer={"kind":"sgd","momentum":0,"learningRate":1e-30}""", "schedule.kind=constant",
            "model.dropout=0", "train.steps=1");
        Assert.That(Weights(run, Steps, "conv1.weight"), Is.EqualTo(Weights(start, 1, "conv1.weight")));
        float[] zero = Weights(start, 1, "linear.bias"), one = Weights(plain, 1, "linear.bias"),
            two = Weights(run, 1, "linear.bias");
        for (int i = 0; i < zero.Length; i++)
            Assert.That(
                two[i] - zero[i], Is.EqualTo(2 * (one[i] - zero[i])).Within(1e-7), "the first step, twice as long");
    }

    [Test]
    public void GradientCache_TrainsAsTheWholeBatchDoes()
    {
        string[] settings = ["model.dropout=0", "optimizer.kind=sgd", "optimizer.learningRate=0.01"];
        string[] whole = SyntheticRun.Metrics(Train("whole", settings));
        string[] cached = SyntheticRun.Metrics(Train("cached", [.. settings, "train.gradientCache=7"]));
        for (int i = 0; i < Steps; i++)
            Assert.That(Loss(cached[i]), Is.EqualTo(Loss(whole[i])).Within(1).Percent, $"step {i + 1}");

        static double Loss(string line) => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble();
    }

    [TestCase("""phases=[{},{"steps":2}]""", "phases[0] must have epochs or steps")]
    [TestCase("""phases=[{"steps":2,"epochs":1},{}]""", "phases[0] must have epochs or steps, not both")]
    [TestCase("""phases=[{"steps":8},{}]""", "phases[1] begins after 8 steps")]
    [TestCase("""phases=[{"stepz":8},{}]""", "did you mean phases[0].steps?")]
    [TestCase("train.gradientCache=0", "train.gradientCache must be at least 1")]
    public void Wrong_IsOneLine(string setting, string message)
    {
        CliResult result = Cli.Run(
            "train", job.Config, "--out", job["wrong"], "--set", $"train.steps={Steps}", "--set", setting);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(message));
    }
}
