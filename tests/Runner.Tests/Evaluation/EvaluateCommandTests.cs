using System.Text.Json;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Evaluation;

/// <summary><c>triplet evaluate RUN</c> with pairs of images, with groups and with strangers.</summary>
public sealed class EvaluateCommandTests
{
    const int Side = 16, PerClass = 10;
    static readonly string[] people = ["ada", "bob", "cleo", "dan"];

    TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void Train()
    {
        folder = new TemporaryFolder();
        Random random = new(2);
        for (int c = 0; c < people.Length; c++)
        {
            Directory.CreateDirectory(folder[$"faces/{people[c]}"]);
            for (int i = 0; i < PerClass; i++)
            {
                byte[] pixels = new byte[Side * Side];
                for (int p = 0; p < pixels.Length; p++)
                    pixels[p] = (byte)(random.Next(60) + (p / Side % (2 + c) == 0 ? 180 : 0));
                folder.Write($"faces/{people[c]}/{i}.png", PngEncoder.Encode(pixels, Side, Side, 1));
            }
        }
        CliResult result = Cli.Run(
            "train", folder["faces"], "--out", folder["run"], "--set", "train.epochs=40", "--set",
            "data.testShare=0.4");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        List<string> lines = ["image1,image2,same"];
        for (int i = 0; i < PerClass; i++)
            for (int c = 0; c < people.Length; c++)
            {
                lines.Add($"faces/{people[c]}/{i}.png,faces/{people[c]}/{(i + 1) % PerClass}.png,1");
                lines.Add($"faces/{people[c]}/{i}.png,faces/{people[(c + 1) % people.Length]}/{i}.png,0");
            }
        File.WriteAllLines(folder["pairs.csv"], lines);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Pairs_OfImages_AreEmbeddedAndToldApart()
    {
        JsonElement found = Json("evaluate", folder["run"], "--pairs", folder["pairs.csv"], "--json");
        Assert.That((found.GetProperty("same").GetInt32(), found.GetProperty("different").GetInt32()),
            Is.EqualTo((40, 40)));
        Assert.That(found.GetProperty("people").GetInt32(), Is.EqualTo(4), "chains of pairs make a person");
        Assert.That(found.GetProperty("verification").GetProperty("auc").GetDouble(), Is.GreaterThan(0.95));
    }

    [Test]
    public void Calibrate_TakesPairsOfImagesToo()
    {
        JsonElement found = Json(
            "calibrate", folder["run"], "--pairs", folder["pairs.csv"], "--far", "0.1", "--json", "--out",
            folder["c.json"]);
        Assert.That(found.GetProperty("far").GetProperty("clusters").GetInt32(), Is.EqualTo(4));
        Assert.That(found.GetProperty("val").GetProperty("value").GetDouble(), Is.GreaterThan(0.8));
    }

    [Test]
    public void OpenSet_OfARateThatCannotBeStated_IsLeftOutInAWord()
    {
        JsonElement found = Json("evaluate", folder["run"], "--far", "0.000001", "--json");
        Assert.That(found.TryGetProperty("openSet", out _), Is.False);
        Assert.That(
            found.GetProperty("protocol").GetProperty("notes").EnumerateArray().Select(note => note.GetString()),
            Has.Some.StartsWith("DIR is left out"));
    }

    [Test]
    public void OpenSet_IsAmongTheFigures()
    {
        JsonElement found = Json("evaluate", folder["run"], "--far", "0.2", "--json").GetProperty("openSet");
        Assert.That(found.GetProperty("dirAtFar").GetProperty("2e-1").GetDouble(), Is.InRange(0.5, 1));
        Assert.That(found.GetProperty("points")[0].GetProperty("falseAlarms").GetProperty("value").GetDouble(),
            Is.AtMost(0.2));
    }

    [Test]
    public void ARun_ThatMeasuredNothingWhileItTrained_IsMeasuredByTheUsualProtocols()
    {
        CliResult trained = Cli.Run(
            "train", folder["faces"], "--out", folder["silent"], "--set", "train.epochs=1", "--set",
            "data.testShare=0.4", "--set", "evaluate.protocols=[]");
        Assert.That(trained.ExitCode, Is.EqualTo(CommandLine.Done), trained.Error);
        JsonElement found = Json("evaluate", folder["silent"], "--far", "0.2", "--json");
        Assert.That(found.GetProperty("precisionAt1").GetDouble(), Is.InRange(0, 1));
        Assert.That(found.GetProperty("openSet").ValueKind, Is.EqualTo(JsonValueKind.Object));
    }

    [TestCase("class,team\nada,red\nbob,red\ncleo,blue\n", null, 8, 4)]
    [TestCase("class;x,team\n", null, 0, 0)]
    public void Groups_ByClass(string table, string? by, int red, int blue)
    {
        File.WriteAllText(folder["teams.csv"], table);
        string[] args = ["evaluate", folder["run"], "--groups", folder["teams.csv"], "--far", "0.2"];
        if (red == 0)
        {
            AssertRefused("no lines", args);
            return;
        }
        JsonElement groups = Json([.. args, .. by is null ? [] : new[] { "--by", by }, "--json"]).GetProperty("groups");
        Assert.That(groups.GetProperty("groups").EnumerateArray().Select(g =>
            (g.GetProperty("group").GetString(), g.GetProperty("n").GetInt32())),
            Is.EqualTo(new[] { ("blue", blue), ("red", red) }));
        Assert.That(groups.GetProperty("ungrouped").GetInt32(), Is.EqualTo(4));
    }

    [Test]
    public void Groups_ByImage_AndTheirTable()
    {
        File.WriteAllLines(folder["cameras.csv"], ["image\tcamera\tyear", .. people.SelectMany(person =>
            Enumerable.Range(0, PerClass).Select(i => $"{person}/{i}.png\tcamera {i % 2}\t2020"))]);
        CliResult result = Cli.Run(
            "evaluate", folder["run"], "--groups", folder["cameras.csv"], "--by", "camera", "--far", "0.2");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Out, Does.Contain("camera 0").And.Contain("camera 1").And.Contain("FAR is 0.2 over all"));
    }

    [Test]
    public void WhatDoesNotFit_IsRefusedInOneLine()
    {
        File.WriteAllText(folder["gone.csv"], "image1,image2,same\nfaces/ada/0.png,faces/ada/99.png,1\n");
        File.WriteAllText(folder["odd.csv"], "image1,image2,same\nfaces/ada/0.png,faces/ada/1.png,perhaps\n");
        File.WriteAllText(folder["columns.csv"], "left,right\na,b\n");
        File.WriteAllText(folder["contrary.csv"], "image1,image2,same\na.png,b.png,1\nb.png,a.png,0\n");
        File.WriteAllText(folder["teams2.csv"], "class,team,age\nada,red,3\n");
        File.WriteAllText(folder["rows.csv"], "team\nred\n");
        File.WriteAllText(folder["torn.csv"], "class,team\nada,red\nbob,blue\nada,blue\n");
        string[] evaluate = ["evaluate", folder["run"]];
        AssertRefused("99.png", [.. evaluate, "--pairs", folder["gone.csv"]]);
        AssertRefused("line 2: there should be 1 or 0", [.. evaluate, "--pairs", folder["odd.csv"]]);
        AssertRefused("the first line names", [.. evaluate, "--pairs", folder["columns.csv"]]);
        AssertRefused("not the same", [.. evaluate, "--pairs", folder["contrary.csv"]]);
        AssertRefused("--by names the one", [.. evaluate, "--groups", folder["teams2.csv"]]);
        AssertRefused("did you mean team", [.. evaluate, "--groups", folder["teams2.csv"], "--by", "teem"]);
        AssertRefused("ada stands in two groups, red and blue", [.. evaluate, "--groups", folder["torn.csv"]]);
        AssertRefused("1 line,", [.. evaluate, "--groups", folder["rows.csv"]]);
        AssertRefused("--groups FILE", [.. evaluate, "--by", "team"]);
        AssertRefused("--far", [.. evaluate, "--far", "2"]);
        AssertRefused("RUN names", ["calibrate", "--pairs", folder["pairs.csv"], "--far", "0.1"]);
    }

    static void AssertRefused(string words, string[] args)
    {
        CliResult result = Cli.Run(args);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), string.Join(' ', args));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(words), string.Join(' ', args));
    }

    static JsonElement Json(params string[] args)
    {
        CliResult result = Cli.Run(args);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        return JsonDocument.Parse(result.Out).RootElement;
    }
}
