using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;

namespace TripletGpu.Runner.Tests.Explaining;

/// <summary><c>triplet explain RUN A B --out FILE</c>.</summary>
public sealed class ExplainCommandTests
{
    SyntheticRun job = null!;

    [OneTimeSetUp]
    public void Train()
    {
        job = new SyntheticRun().WriteConfig(epochs: 6);
        CliResult result = Cli.Run("train", job.Config, "--out", job["run"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    [Test]
    public void Explain_WritesAPageAndSaysHowFarBothWaysAgree()
    {
        CliResult result = Cli.Run(
            "explain", job["run"], $"{job["images.npy"]}[0]", $"{job["images.npy"]}[6]", "--out", job["why.html"],
            "--json");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        JsonElement json = JsonDocument.Parse(result.Out).RootElement;
        double[] agreements = [.. json.GetProperty("images").EnumerateArray()
            .Select(image => image.GetProperty("agreement").GetDouble())];
        Assert.That(agreements, Has.Length.EqualTo(2).And.All.GreaterThan(0.3));
        string page = File.ReadAllText(job["why.html"]);
        Assert.That(page, Does.Not.Contain("/*DATA*/").And.Contain("\"occlusion\":"));
    }

    [Test]
    public void WhatIsNotOneImage_IsRefusedInOneLine()
    {
        Npy.Write(job["wide.npy"], new Shape(1, 1, 30, 30), new float[900]);
        foreach ((string image, string words) in ((string, string)[])[
            (job["images.npy"], "has 96 images"), ($"{job["images.npy"]}[96]", "0 to 95"), (job["none.png"], "no such"),
            (job["wide.npy"], "takes images of [1, 28, 28]"), ("dataset:nothing:test[0]", "is no data set")])
        {
            CliResult result = Cli.Run(
                "explain", job["run"], $"{job["images.npy"]}[0]", image, "--out", job["none.html"]);
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), image);
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(words), image);
            Assert.That(File.Exists(job["none.html"]), Is.False);
        }
    }
}
