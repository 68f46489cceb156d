using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary>No command writes over what it reads, or two results into one file.</summary>
public sealed class OutputFilesTests
{
    static readonly string[] files = ["e.npy", "y.npy", "q.npy", "i", "pairs.csv", "a.png"];

    TemporaryFolder folder = null!;

    [SetUp]
    public void WriteInputs()
    {
        folder = SmallEmbeddings.Folder();
        folder.Write("pairs.csv", "person1,person2,distance\na,b,1\n"u8);
        folder.Write("a.png", "no picture"u8);
        Cli.Run("index", "build", "--embeddings", folder["e.npy"], "--out", folder["i"]);
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [TestCase("mine", "--embeddings", "e.npy", "--labels", "y.npy", "--out", "e.npy")]
    [TestCase("mine", "--embeddings", "e.npy", "--labels", "y.npy", "--gradient", "./y.npy")]
    [TestCase("mine", "--embeddings", "e.npy", "--labels", "y.npy", "--out", "x.npy", "--gradient", "x.npy")]
    [TestCase("index", "build", "--embeddings", "e.npy", "--labels", "y.npy", "--out", "e.npy")]
    [TestCase("search", "i", "q.npy", "--rows", "i")]
    [TestCase("search", "i", "q.npy", "--distances", "q.npy")]
    [TestCase("search", "i", "q.npy", "--rows", "x.npy", "--distances", "x.npy")]
    [TestCase("calibrate", "--pairs", "pairs.csv", "--far", "0.1", "--out", "pairs.csv")]
    [TestCase("calibrate", "--pairs", "pairs.csv", "--far", "0.1", "--out", "x.npy", "--html", "x.npy")]
    [TestCase("embed", "run", "e.npy", "--out", "e.npy")]
    [TestCase("explain", "run", "a.png", "a.png", "--out", "a.png")]
    [TestCase("import", "e.npy", "--out", "e.npy")]
    public void OneFileTwice_IsRefusedInOneLine(params string[] args)
    {
        string[][] before = Contents();
        CliResult result = Cli.Run([.. args.Select(a => a is "i" or "run" || a.Contains(".npy") || a.Contains(".png")
            || a.Contains(".csv") ? folder[a] : a)]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("a file of its own"));
        Assert.That(Contents(), Is.EqualTo(before));
        Assert.That(File.Exists(folder["x.npy"]), Is.False);
    }

    [Test]
    public void NowhereTwice_IsNoFile() =>
        Assert.That(
            Cli.Run("search", folder["i"], folder["q.npy"], "--rows", "/dev/null", "--distances", "/dev/null").Error,
            Is.Empty);

    string[][] Contents() =>
        [.. files.Select(name => new[] { name, Convert.ToHexString(File.ReadAllBytes(folder[name])) })];
}
