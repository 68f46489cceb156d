using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>Runs with the losses on pairs and on weights of classes.</summary>
public sealed class LossTests
{
    const int Steps = 10, Middle = 6;

    SyntheticRun job = null!;

    [OneTimeSetUp]
    public void WriteJob() => job = new SyntheticRun().WriteConfig(checkpointEverySteps: 1);

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    CliResult Train(string run, params string[] settings) => Cli.Run(
    [
        "train", job.Config, "--out", run, "--threads", "2", "--set", $"train.steps={Steps}", "--set", "train.keep=100",
        .. settings.SelectMany(s => new[] { "--set", s }),
    ]);

    [TestCase("contrastive"), TestCase("nt-xent"), TestCase("supcon"), TestCase("multi-similarity"), TestCase("circle")]
    [TestCase("arcface"), TestCase("subcenter-arcface"), TestCase("cosface"), TestCase("proxy-nca")]
    [TestCase("proxy-anchor")]
    public void Loss_Falls(string kind)
    {
        string run = job[kind];
        CliResult result = Train(run, $"loss.kind={kind}", "optimizer.learningRate=0.005");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        double[] losses = [.. SyntheticRun.Metrics(run).Select(Loss)];
        Assert.That(losses[^1], Is.LessThan(0.9 * losses[0]));
    }

    [TestCase("multi-similarity", "loss.memory=50"), TestCase("arcface", "loss.scale=30")]
    [TestCase("subcenter-arcface", "loss.subCenters=2")]
    public void Stopped_GoesOnExactly(string kind, string setting)
    {
        string run = job[$"{kind} whole"];
        CliResult result = Train(run, $"loss.kind={kind}", setting);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        string stopped = SyntheticRun.StoppedAt(run, Middle);
        result = Cli.Run("train", "--resume", stopped, "--threads", "2");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(SyntheticRun.Metrics(stopped), Is.EqualTo(SyntheticRun.Metrics(run)));
        Assert.That(File.ReadAllBytes(Path.Combine(stopped, "model.safetensors")),
            Is.EqualTo(File.ReadAllBytes(Path.Combine(run, "model.safetensors"))));
    }

    [TestCase("loss.kind=arcface loss.temperature=1", "loss.temperature belongs to nt-xent, supcon, not to arcface")]
    [TestCase("loss.kind=arcface loss.memory=10", "loss.memory belongs to contrastive")]
    [TestCase("loss.kind=arcface loss.margin=4", "loss.margin is an angle in radians")]
    [TestCase("loss.kind=supcon loss.temperature=0", "loss.temperature must be above 0")]
    [TestCase("loss.kind=multi-similarity loss.epsilon=-2", "loss.epsilon must be at least 0, or -1: no miner")]
    [TestCase("loss.kind=circle loss.memory=0", "loss.memory must be from 1 to")]
    [TestCase("loss.kind=subcenter-arcface loss.subCenters=0", "loss.subCenters must be from 1 to")]
    [TestCase("loss.kind=arkface", "did you mean arcface?")]
    [TestCase("loss.kind=supcon sampler.perClass=1", "sampler.perClass must be at least 2")]
    public void Wrong_IsOneLine(string settings, string message)
    {
        CliResult result = Train(job["wrong"], settings.Split(' '));
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(message));
    }

    static double Loss(string line) =>
        System.Text.Json.JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble();
}
