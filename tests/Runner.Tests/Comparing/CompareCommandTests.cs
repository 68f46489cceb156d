using System.Text.Json;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;

namespace TripletGpu.Runner.Tests.Comparing;

/// <summary><c>triplet compare RUN...</c> of two finished runs and one that was stopped.</summary>
public sealed class CompareCommandTests
{
    SyntheticRun job = null!;
    string first = "", second = "", stopped = "";

    [OneTimeSetUp]
    public void Train()
    {
        job = new SyntheticRun().WriteConfig(epochs: 2);
        (first, second) = (job["first"], job["second"]);
        foreach ((string run, string margin) in ((string, string)[])[(first, "0.2"), (second, "0.4")])
        {
            CliResult result = Cli.Run("train", job.Config, "--out", run, "--set", $"loss.margin={margin}");
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        }
        stopped = SyntheticRun.StoppedAt(first, 6);
        File.Delete(Path.Combine(stopped, "evaluation.json"));
        File.AppendAllText(Path.Combine(stopped, "metrics.jsonl"), """{"step":9,"lo""");
    }

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    [Test]
    public void Compare_ShowsFiguresAndWhatDiffers()
    {
        CliResult result = Cli.Run("compare", first, second, stopped, "--html", job["page.html"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        string[] margin = [.. result.Out.Split('\n').Single(line => line.Contains("loss.margin"))
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)];
        Assert.That(margin, Is.EqualTo(new[] { "loss.margin", "0.2", "0.4", "0.2" }));
        Assert.That(result.Out, Does.Contain("precision at 1").And.Contain("first-6 has not come to its end")
            .And.Not.Contain("data.images"), "only what differs");
    }

    [Test]
    public void Page_HasEveryStepOfEveryRunInside()
    {
        Cli.Run("compare", first, second, "--html", job["curves.html"]);
        string page = File.ReadAllText(job["curves.html"]);
        Assert.That(page, Does.Not.Contain("/*DATA*/").And.Not.Match("(src|href)=").And.Not.Contain("fetch("));
        string json = page.Split("const data = ")[1].Split(";\n")[0];
        JsonElement run = JsonDocument.Parse(json).RootElement.GetProperty("runs")[1];
        JsonElement loss = run.GetProperty("curves").EnumerateArray()
            .First(c => c.GetProperty("name").GetString() == "loss");
        Assert.That(
            loss.GetProperty("step").EnumerateArray().Select(s => s.GetInt32()), Is.EqualTo(Enumerable.Range(1, 8)));
        double[] losses = [.. SyntheticRun.Metrics(second)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("loss").GetDouble())];
        Assert.That(loss.GetProperty("value").EnumerateArray().Select(v => v.GetDouble()),
            Is.EqualTo(losses).Within(1e-3).Percent, "six digits of them");
    }

    [Test]
    public void Json_HasWhatTheTableHas()
    {
        CliResult result = Cli.Run("compare", first, second, "--json");
        JsonElement json = JsonDocument.Parse(result.Out).RootElement;
        Assert.That(json.GetProperty("differences")[0].GetProperty("field").GetString(), Is.EqualTo("loss.margin"));
        double written = JsonDocument.Parse(File.ReadAllText(Path.Combine(first, "evaluation.json"))).RootElement
            .GetProperty("precisionAt1").GetDouble();
        Assert.That(
            json.GetProperty("runs")[0].GetProperty("figures").GetProperty("precision at 1").GetDouble(),
            Is.EqualTo(written));
    }

    [Test]
    public void WhatIsNoRun_IsRefusedInOneLine()
    {
        CliResult result = Cli.Run("compare", first, job["nowhere"], "--html", job["none.html"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("holds no run"));
        Assert.That(File.Exists(job["none.html"]), Is.False);
    }
}
