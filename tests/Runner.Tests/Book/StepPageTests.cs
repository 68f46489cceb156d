using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using TripletGpu.Runner.Book.Steps;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Book;

/// <summary>Every number of the walked step is what the command beside it prints.</summary>
public sealed partial class StepPageTests
{
    [Test]
    public void EveryNumber_IsPrintedByItsCommand()
    {
        int commands = 0;
        foreach (Match shown in Shown().Matches(StepPage.Render()))
        {
            string[] command = WebUtility.HtmlDecode(shown.Groups["command"].Value).Split(' ');
            Assert.That(command[..3], Is.EqualTo(new[] { "triplet", "kernels", "step" }));
            CliResult result = Cli.Run("kernels", "step", command[3].Trim('"'));
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            string table = WebUtility.HtmlDecode(shown.Groups["table"].Value);
            string printed = string.Join('\n', Row().Matches(table).Select(
                row => string.Join(' ', Cell().Matches(row.Value).Select(c => c.Groups[1].Value))));
            Assert.That(printed, Is.EqualTo(result.Out.TrimEnd('\n')), command[3]);
            commands++;
        }
        Assert.That(commands, Is.GreaterThan(25));
    }

    /// <summary>What the chapter says in words is so.</summary>
    [Test]
    public void Step_IsWhatItsFormulasSay()
    {
        WalkedStep step = WalkedStep.Run();
        StepRoute at = new(step);
        float Number(string query) => float.Parse(ValueQuery.Read(step, query), CultureInfo.InvariantCulture);

        (int k, int p, int q, int h, int w) = at.First;
        Assert.That(
            Number($"conv1.y[{at.Anchor},{k},{p},{q}]"), Is.EqualTo(Number($"conv1.map[{at.Anchor},{k},{h},{w}]")));
        AreClose(
            Number($"distance[{at.Anchor},{at.Positive}]") - Number($"distance[{at.Anchor},{at.Negative}]")
                + Number("margin"), Number($"losses[{at.Row}]"), "the triplet's loss");
        AreClose(step["losses"].Numbers.Average(l => (double)l), Number("loss"), "the mean of all");
        int j = at.Output, n = at.Anchor;
        AreClose(Number($"linear.y[{n},{j}]") / Number($"norm[{n}]"), Number($"embedding[{n},{j}]"), "the embedding");
        double gradient = Enumerable.Range(0, StepBatch.Size).Sum(i => (double)Number($"d.linear.y[{i},{j}]")
            * step["conv2.y"].Numbers[i * 800 + at.Feature]);
        AreClose(gradient, Number($"d.linear.weight[{j},{at.Feature}]"), "a weight's gradient");
        float weight = Number($"conv1.weight[{k},0,1,1]"), after = Number($"after.conv1.weight[{k},0,1,1]");
        Close.AreClose([Number("rate")], [Math.Abs(weight - after)], Tolerance.Block, "what the weight moved by");
    }

    static void AreClose(double expected, float actual, string what) =>
        Close.AreClose([expected], [actual], Tolerance.Normalization, what);

    [TestCase("conv3.y", "the step has no conv3.y")]
    [TestCase("loss[0]", "loss has 0 axes")]
    [TestCase("labels[100]", "100 is no place among 100")]
    [TestCase("labels[5:3]", "5:3 is no place among 100")]
    [TestCase("labels[", "write a name")]
    [TestCase("labels[-1]", "write a name")]
    public void WhatThereIsNot_IsOneLine(string query, string says)
    {
        CliResult result = Cli.Run("kernels", "step", query);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(result.Error, Does.Contain(says));
    }

    [GeneratedRegex(
        "<table class=\"numbers\">(?<table>.*?)</table></div><code class=\"command\">(?<command>.*?)</code>")]
    private static partial Regex Shown();

    [GeneratedRegex("<tr>.*?</tr>")]
    private static partial Regex Row();

    [GeneratedRegex("<td>(.*?)</td>")]
    private static partial Regex Cell();
}
