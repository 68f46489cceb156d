using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet mine</c> as other programs use it.</summary>
public sealed class MineCommandTests
{
    // One dimension: class 0 at 0 and 1, class 1 at 3 and 7.
    static readonly float[] Points = [0, 1, 3, 7];

    TemporaryFolder folder = null!;

    [SetUp]
    public void WriteInputs()
    {
        folder = new TemporaryFolder();
        Npy.Write(folder["e.npy"], new Shape(4, 1), Points);
        Npy.Write(folder["y.npy"], new Shape(4), (int[])[0, 0, 1, 1]);
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Json_IsOneObjectWithTheContractsKeys()
    {
        CliResult result = Mine("--json");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Error, Is.Empty);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        Assert.That(json.RootElement.EnumerateObject().Select(p => p.Name), Is.EqualTo(new[]
        {
            "rule", "margin", "distance", "n", "dimension", "pairs", "active", "hard", "semiHard", "easy", "fallback",
            "loss",
            "seconds", "peakBytes",
        }));
        Assert.That(json.RootElement.GetProperty("pairs").GetInt64(), Is.EqualTo(4));
    }

    [Test]
    public void Files_HoldTripletsInOrder_AndTheGradient()
    {
        CliResult result = Mine("--out", folder["t.npy"], "--gradient", folder["g.npy"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        NpyArray<int> triplets = Npy.ReadIntegers(folder["t.npy"]);
        Assert.That(triplets.Shape, Is.EqualTo(new Shape(4, 3)));
        // The nearest negative farther than the positive, or the farthest there is: from 3, class 0 lies nearer than 7.
        Assert.That(triplets.Values, Is.EqualTo(new[] { 0, 1, 2, 1, 0, 2, 2, 3, 0, 3, 2, 1 }));
        Assert.That(Npy.ReadFloats(folder["g.npy"]).Shape, Is.EqualTo(new Shape(4, 1)));
    }

    [Test]
    public void FaceNet_WithoutANegative_WritesMinusOne()
    {
        CliResult result = Mine("--rule", "facenet", "--out", folder["t.npy"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(
            Npy.ReadIntegers(folder["t.npy"]).Values, Is.EqualTo(new[] { 0, 1, -1, 1, 0, -1, 2, 3, -1, 3, 2, -1 }));
    }

    [Test]
    public void SecondFileCannotBeWritten_LeavesNeither()
    {
        File.WriteAllText(folder["file"], "");
        CliResult result = Mine("--gradient", folder["g.npy"], "--out", Path.Combine(folder["file"], "t.npy"));
        AssertRefused(result);
        Assert.That(File.Exists(folder["g.npy"]), Is.False);
    }

    [Test]
    public void SecondFileCannotBeWritten_KeepsTheFilesThatWereThere()
    {
        Directory.CreateDirectory(folder["folder"]);
        foreach ((string gradient, string triplets, string kept) in ((string, string, string)[])[
            ("old.npy", "folder", "old.npy"), ("folder", "old.npy", "old.npy")])
        {
            File.WriteAllText(folder[kept], "old");
            AssertRefused(Mine("--gradient", folder[gradient], "--out", folder[triplets]));
            Assert.That(File.ReadAllText(folder[kept]), Is.EqualTo("old"));
            Assert.That(Directory.GetFiles(folder.Path, "*.part"), Is.Empty);
        }
    }

    [Test]
    public void OneNameForBothFiles_IsRefused()
    {
        AssertRefused(Mine("--gradient", folder["t.npy"], "--out", folder["t.npy"]));
        Assert.That(File.Exists(folder["t.npy"]), Is.False);
    }

    [Test]
    public void DistancesBeyondFloat32_AreRefused()
    {
        Npy.Write(folder["e.npy"], new Shape(4, 1), Array.ConvertAll(Points, p => p * 1e30f));
        CliResult result = Mine("--out", folder["t.npy"]);
        AssertRefused(result);
        Assert.That(result.Error, Does.Contain("scale"));
        Assert.That(File.Exists(folder["t.npy"]), Is.False);
    }

    [Test, Platform("Linux")]
    public void FullDisk_IsRefused() => AssertRefused(Mine("--out", "/dev/full"));

    CliResult Mine(params string[] more) =>
        Cli.Run(["mine", "--embeddings", folder["e.npy"], "--labels", folder["y.npy"], .. more]);

    static void AssertRefused(CliResult result)
    {
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
        Assert.That(result.Out, Is.Empty);
    }
}
