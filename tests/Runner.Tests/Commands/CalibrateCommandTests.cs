using System.Globalization;
using System.Text;
using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet calibrate</c> and <c>triplet identify</c>, on embeddings.</summary>
public sealed class CalibrateCommandTests
{
    const int Classes = 8, Each = 50;

    TemporaryFolder folder = null!;

    /// <summary>Eight classes along a line, each around its number; the even ones are enrolled.</summary>
    [SetUp]
    public void WriteInputs()
    {
        folder = new TemporaryFolder();
        Random random = new(1);
        float[] all =
        [
            .. Enumerable.Range(0, Classes * Each).Select(i => i / Each + 0.6f * (random.NextSingle() - 0.5f)),
        ];
        int[] labels = [.. Enumerable.Range(0, Classes * Each).Select(i => i / Each)];
        int[] enrolled = [.. Enumerable.Range(0, all.Length).Where(i => labels[i] % 2 == 0)];
        Npy.Write(folder["all.npy"], new Shape(all.Length, 1), all);
        Npy.Write(folder["labels.npy"], new Shape(all.Length), labels);
        Npy.Write(folder["enrolled.npy"], new Shape(enrolled.Length, 1), (float[])[.. enrolled.Select(i => all[i])]);
        Npy.Write(folder["who.npy"], new Shape(enrolled.Length), (int[])[.. enrolled.Select(i => labels[i])]);
        Run(
            "index", "build", "--embeddings", folder["enrolled.npy"], "--labels", folder["who.npy"], "--out",
            folder["i"]);
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("nearest")]
    [TestCase("mean")]
    [TestCase("vote")]
    public void Identify_NamesStrangersAsOftenAsCalibrated(string by)
    {
        Run("calibrate", "--index", folder["i"], "--data", folder["all.npy"], "--labels", folder["labels.npy"],
            "--far", "0.1", "--out", folder["c.json"]);
        JsonElement found = Json(
            "identify", folder["i"], folder["all.npy"], "--by", by, "--calibration", folder["c.json"], "--json");
        int[] named = [.. found.GetProperty("queries").EnumerateArray().Index()
            .Where(q => !q.Item.GetProperty("unknown").GetBoolean()).Select(q => q.Index / Each)];
        Assert.That(named.Count(label => label % 2 == 1), Is.InRange(1, Classes / 2 * Each / 10));
        Assert.That(named.Count(label => label % 2 == 0), Is.GreaterThan(Classes / 2 * Each / 4));
    }

    [TestCase("distance\na,b,1\na,c,-1", "line 3: no distance is below 0")]
    [TestCase("score\na,b,1\na,c,2", "similarity or distance")]
    public void PairsThatDoNotSayHowFarTheyAre_AreRefused(string rest, string words)
    {
        File.WriteAllText(folder["pairs.csv"], $"person1,person2,{rest}\n");
        CliResult result = Cli.Run(
            "calibrate", "--pairs", folder["pairs.csv"], "--far", "0.1", "--out", folder["c.json"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(words));
    }

    [Test]
    public void WithoutStrangers_EachClassIsOneInTurn()
    {
        JsonElement found = Json("calibrate", "--index", folder["i"], "--data", folder["enrolled.npy"], "--labels",
            folder["who.npy"], "--far", "0.1", "--json");
        Assert.That(found.GetProperty("strangers").GetString(), Does.Contain("against the index without it"));
        Assert.That(found.GetProperty("warning").GetString(), Does.Contain("neither trained on nor enrolled"));
        JsonElement rate = found.GetProperty("rules")[0].GetProperty("falseAlarms");
        Assert.That(rate.GetProperty("clusters").GetInt32(), Is.EqualTo(Classes / 2));
        Assert.That(rate.GetProperty("low").GetDouble(), Is.LessThan(0.1));
        Assert.That(rate.GetProperty("high").GetDouble(), Is.GreaterThan(0.1));
    }

    [Test]
    public void ScoredPairs_GiveThresholdIntervalAndPage()
    {
        WritePairs(400);
        JsonElement found = Json(
            "calibrate", "--pairs", folder["p.csv"], "--far", "0.1", "--html", folder["page.html"], "--json");
        Assert.That(found.GetProperty("far").GetProperty("value").GetDouble(), Is.InRange(0.08, 0.1));
        Assert.That(found.GetProperty("thresholdLow").GetDouble(),
            Is.LessThanOrEqualTo(found.GetProperty("thresholdHigh").GetDouble()));
        Assert.That(File.ReadAllText(folder["page.html"]), Does.Not.Contain("/*DATA*/"));
    }

    /// <summary>A pair is accepted from the threshold on, in the table's own numbers.</summary>
    [Test]
    public void ScoredPairs_OfSimilarities_GiveAThresholdOfSimilarity()
    {
        WritePairs(400);
        string[] lines = File.ReadAllLines(folder["p.csv"]);
        File.WriteAllLines(folder["s.csv"], lines.Select((line, i) => i == 0 ? "person1,person2,similarity"
            : $"{line[..line.LastIndexOf(',')]},{Similarity(line).ToString("R", CultureInfo.InvariantCulture)}"));
        JsonElement distances = Json("calibrate", "--pairs", folder["p.csv"], "--far", "0.1", "--json");
        JsonElement found = Json("calibrate", "--pairs", folder["s.csv"], "--far", "0.1", "--html", folder["s.html"],
            "--out", folder["s.json"], "--json");
        float threshold = found.GetProperty("threshold").GetSingle();
        Assert.That(distances.GetProperty("measure").GetString(), Is.EqualTo("distance"));
        Assert.That(found.GetProperty("measure").GetString(), Is.EqualTo("similarity"));
        Assert.That(threshold, Is.EqualTo(5 - distances.GetProperty("threshold").GetSingle()).Within(1e-4f));
        Assert.That(threshold, Is.InRange(found.GetProperty("thresholdLow").GetSingle(),
            found.GetProperty("thresholdHigh").GetSingle()));
        string[][] different = [.. lines.Skip(1).Select(line => line.Split(',')).Where(f => f[0] != f[1])];
        Assert.That(
            different.Count(f => Similarity(string.Join(',', f)) >= threshold) / (double)different.Length,
            Is.EqualTo(found.GetProperty("far").GetProperty("value").GetDouble()).Within(1e-9));
        Assert.That(Cli.Run("calibrate", "--pairs", folder["s.csv"], "--far", "0.1").Out,
            Does.Contain("threshold (similarity)"));
        Assert.That(File.ReadAllText(folder["s.html"]), Does.Contain("\"measure\":\"similarity\""));

        static float Similarity(string line) =>
            5 - float.Parse(line[(line.LastIndexOf(',') + 1)..], CultureInfo.InvariantCulture);
    }

    [Test]
    public void WhatCannotBeStated_IsRefusedInOneLine()
    {
        WritePairs(400);
        File.WriteAllText(folder["bad.csv"], "person1,person2,distance\na,b,far\n");
        File.WriteAllText(folder["json"], "{\"identification\":{\"rules\":[null]}}");
        foreach (string[] args in (string[][])
            [
                ["calibrate", "--pairs", folder["p.csv"], "--far", "1e-6"],
                ["calibrate", "--pairs", folder["p.csv"], "--far", "2"],
                ["calibrate", "--pairs", folder["bad.csv"], "--far", "0.1"],
                ["calibrate", "--far", "0.1"], ["calibrate", "--data", folder["all.npy"], "--far", "0.1"],
                ["identify", folder["i"], folder["all.npy"]],
                ["identify", folder["i"], folder["all.npy"], "--calibration", folder["json"]],
                ["identify", folder["i"], folder["all.npy"], "--threshold", "-1"],
            ])
        {
            CliResult result = Cli.Run(args);
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), string.Join(' ', args) + result.Out);
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
        }
        Assert.That(Cli.Run("calibrate", "--pairs", folder["p.csv"], "--far", "1e-6").Error,
            Does.Contain("rule of three"));
    }

    void WritePairs(int count)
    {
        Random random = new(2);
        StringBuilder text = new("person1,person2,distance\n");
        for (int i = 0; i < count; i++)
            text.Append(CultureInfo.InvariantCulture, $"p{i % 20},p{i * 7 % 20},{random.NextDouble():0.0000}\n");
        File.WriteAllText(folder["p.csv"], text.ToString());
    }

    static JsonElement Json(params string[] args) => JsonDocument.Parse(Run(args).Out).RootElement;

    static CliResult Run(params string[] args)
    {
        CliResult result = Cli.Run(args);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        return result;
    }
}
