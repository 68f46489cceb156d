using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Search;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet index</c> and <c>triplet search</c> on embeddings, as other programs use them.</summary>
public sealed class IndexCommandTests
{
    TemporaryFolder folder = null!;

    [SetUp]
    public void WriteInputs() => folder = SmallEmbeddings.Folder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("float32")]
    [TestCase("float16")]
    public void Search_FindsTheNearest(string storage)
    {
        Build("--storage", storage);
        CliResult result = Run(
            "search", folder["i"], folder["q.npy"], "--top", "2", "--json",
            "--rows", folder["r.npy"], "--distances", folder["d.npy"],
            "--html", folder["page.html"]);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement[] queries = [.. json.RootElement.GetProperty("queries").EnumerateArray()];
        Assert.That(queries.Select(q => q.GetProperty("neighbours")[0].GetProperty("label").GetString()),
            Is.EqualTo(new[] { "5", "9" }));
        Assert.That(queries.Select(q => q.GetProperty("query").GetString()),
            Is.EqualTo(new[] { $"{folder["q.npy"]}[0]", $"{folder["q.npy"]}[1]" }));
        Assert.That(Npy.ReadIntegers(folder["r.npy"]).Values, Is.EqualTo(new[] { 1, 0, 3, 2 }));
        Assert.That(Npy.ReadFloats(folder["d.npy"]).Values[2..], Is.EqualTo(new[] { 1f, 9f }));
        Assert.That(File.ReadAllText(folder["page.html"]), Does.Contain("neighbours").And.Not.Contain("/*DATA*/"));
    }

    [Test, Platform(Exclude = "Win", Reason = "It has no such names of files.")]
    public void NamesOfFiles_ThatBreakALine_AreEscapedForPeopleAlone()
    {
        Build();
        string index = folder["i\n\u001b[2J"], queries = folder["q\n.npy"];
        File.Copy(folder["i"], index);
        File.Copy(folder["q.npy"], queries);
        Assert.That(Run("index", "info", index).Out, Does.StartWith(folder[@"i\u000A\u001B[2J"] + ": 4 embeddings"));
        Assert.That(Run("search", index, queries).Out, Does.StartWith(folder[@"q\u000A.npy[0]"]));
        using JsonDocument json = JsonDocument.Parse(Run("search", index, queries, "--json").Out);
        Assert.That(
            json.RootElement.GetProperty("queries")[0].GetProperty("query").GetString(), Is.EqualTo($"{queries}[0]"));
    }

    [Test]
    public void ForEmbeddings_TheArrayStandsWhereverItIsClear()
    {
        Run("index", "build", folder["e.npy"], "--embeddings", "--out", folder["a"]);
        Run("index", "build", "--embeddings", folder["e.npy"], "--out", folder["b"]);
        Assert.That(File.ReadAllBytes(folder["a"]), Is.EqualTo(File.ReadAllBytes(folder["b"])));
    }

    [Test]
    public void AddAndRemove_ChangeTheFile()
    {
        Build();
        Run("index", "add", folder["i"], "--embeddings", folder["q.npy"], "--label", "new");
        Assert.That(Info().GetProperty("n").GetInt32(), Is.EqualTo(6));
        Assert.That(Info().GetProperty("classes").GetInt32(), Is.EqualTo(3));
        Run("index", "remove", folder["i"], "--class", "5", "--row", "3");
        Assert.That(Info().GetProperty("n").GetInt32(), Is.EqualTo(3));
        Run("search", folder["i"], folder["q.npy"], "--rows", folder["r.npy"], "--top", "1");
        Assert.That(Npy.ReadIntegers(folder["r.npy"]).Values, Is.EqualTo(new[] { 1, 2 }));
    }

    [Test]
    public void WhatCannotBe_IsRefusedInOneLine()
    {
        Build();
        File.WriteAllBytes(folder["short"], File.ReadAllBytes(folder["i"])[..^1]);
        Npy.Write(folder["wide.npy"], new Shape(1, 3), (float[])[0, 0, 0]);
        foreach (string[] args in (string[][])
            [
                ["index", "build", folder["e.npy"], "--out", folder["x"]],
                ["index", "build", "--embeddings", folder["e.npy"], "--labels", folder["q.npy"], "--out", folder["x"]],
                ["index", "build", "--embeddings", folder["y.npy"], "--out", folder["x"]],
                ["index", "info", folder["short"]], ["index", "info", folder["e.npy"]],
                ["index", "info", folder["none"]],
                ["index", "remove", folder["i"]], ["index", "remove", folder["i"], "--row", "4"],
                ["index", "remove", folder["i"], "--class", "5", "--class", "9"],
                ["index", "remove", folder["i"], "--name", "a"],
                ["index", "add", folder["i"], "--embeddings", folder["wide.npy"]],
                ["search", folder["i"], folder["wide.npy"]], ["search", folder["i"], folder["q.npy"], "--top", "0"],
                ["search", folder["i"], "dataset:mnist:test"], ["search", folder["short"], folder["q.npy"]],
            ])
        {
            CliResult result = Cli.Run(args);
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), string.Join(' ', args));
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
        }
        Assert.That(File.Exists(folder["x"]), Is.False);
    }

    /// <summary>To change is to write anew: of two at once the first would lose its rows.</summary>
    [Test]
    public void ChangedByAnother_IsRefused()
    {
        Build();
        using (IndexLock.Take(folder["i"]))
            foreach (string[] args in (string[][])
                [
                    ["index", "add", folder["i"], "--embeddings", folder["q.npy"]],
                    ["index", "remove", folder["i"], "--row", "0"],
                ])
            {
                CliResult result = Cli.Run(args);
                Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
                Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("is being changed"));
                Run("search", folder["i"], folder["q.npy"]);
            }
        Run("index", "add", folder["i"], "--embeddings", folder["q.npy"]);
        Assert.That(Info().GetProperty("n").GetInt32(), Is.EqualTo(6));
        if (!OperatingSystem.IsWindows()) Assert.That(File.Exists($"{folder["i"]}.lock"), Is.False);
    }

    [Test]
    public void AddedByManyAtOnce_NoRowIsLost()
    {
        Build();
        int added = 0;
        Parallel.For(0, 8, i =>
        {
            string[] args = ["index", "add", folder["i"], "--embeddings", folder["q.npy"], "--label", $"{i}"];
            if (Cli.Run(args).ExitCode == CommandLine.Done) Interlocked.Increment(ref added);
        });
        Assert.That(added, Is.Positive);
        Assert.That(Info().GetProperty("n").GetInt32(), Is.EqualTo(4 + 2 * added));
    }

    [TestCase("--label names one class",
        "index", "add", "i", "--embeddings", "q.npy", "--label", "a", "--labels", "y.npy")]
    [TestCase("--label names the class", "index", "add", "i", "--embeddings", "q.npy", "--label", "")]
    [TestCase("none.png: no such file", "search", "i", "none.png")]
    public void WhatCannotBe_IsSaidAsItIs(string expected, params string[] args)
    {
        Build();
        CliResult result = Cli.Run([.. args.Select(a => a is "i" || a.Contains('.') ? folder[a] : a)]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(expected));
    }

    void Build(params string[] more) => Run([
        "index", "build", "--embeddings", folder["e.npy"], "--labels", folder["y.npy"], "--out", folder["i"], .. more]);

    JsonElement Info() => JsonDocument.Parse(Run("index", "info", folder["i"], "--json").Out).RootElement;

    static CliResult Run(params string[] args)
    {
        CliResult result = Cli.Run(args);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        return result;
    }
}
