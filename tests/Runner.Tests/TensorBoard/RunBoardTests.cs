using System.Diagnostics;
using System.Text.Json;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.TensorBoard;

/// <summary>What a run with <c>--tensorboard</c> leaves for TensorBoard, read back.</summary>
public sealed class RunBoardTests
{
    const int WallTime = 1, Step = 2, GraphDef = 4, Summary = 5, SessionLog = 7;

    SyntheticRun job = null!;
    string run = "";
    List<Fields> events = null!;

    [OneTimeSetUp]
    public void Train()
    {
        job = new SyntheticRun().WriteConfig(epochs: 2);
        run = job["run"];
        CliResult result = Cli.Run("train", job.Config, "--out", run, "--tensorboard");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        events = EventReader.Read(EventFiles(run).Single());
    }

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    [Test]
    public void Scalars_AreThoseOfTheMetrics()
    {
        (long, float)[] shown = [.. Scalars(events, "train/loss")];
        Assert.That(shown, Is.EqualTo(SyntheticRun.Metrics(run).Select(line =>
        {
            JsonElement json = JsonDocument.Parse(line).RootElement;
            return (json.GetProperty("step").GetInt64(), json.GetProperty("loss").GetSingle());
        })));
        double precision = JsonDocument.Parse(File.ReadAllText(Path.Combine(run, "evaluation.json"))).RootElement
            .GetProperty("precisionAt1").GetDouble();
        Assert.That(Scalars(events, "final/precision at 1"), Is.EqualTo(new[] { (8L, (float)precision) }));
        double now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() / 1e3;
        Assert.That(events.Select(e => (double)e[WallTime]), Is.Ordered.And.All.InRange(now - 600, now + 1));
    }

    [Test]
    public void Histograms_AreOfAllPairsOfTheBatch()
    {
        Dictionary<string, Fields> found = events.Where(e => e.Has(Summary) && (long)e[Step] == 1)
            .SelectMany(e => e.Message(Summary).Messages(1)).Where(v => v.Has(5))
            .ToDictionary(v => v.Text(1), v => v.Message(5));
        // Six classes of four images.
        Assert.That((double)found["distances/positive"][3], Is.EqualTo(6 * 4 * 3 / 2));
        Assert.That((double)found["distances/negative"][3], Is.EqualTo(24 * 23 / 2 - 36));
        foreach (Fields histogram in found.Values)
        {
            Assert.That(histogram.Doubles(7).Sum(), Is.EqualTo((double)histogram[3]));
            Assert.That(histogram.Doubles(6), Is.Ordered.And.Length.EqualTo(histogram.Doubles(7).Length));
        }
    }

    [Test]
    public void Graph_LeadsFromTheImagesToTheEmbedding()
    {
        Fields[] nodes = [.. Fields.Of((byte[])events.Single(e => e.Has(GraphDef))[GraphDef]).Messages(1)];
        Dictionary<string, string[]> inputs = nodes.ToDictionary(n => n.Text(1), n => n.Texts(3).ToArray());
        Assert.That(inputs.Values.SelectMany(names => names), Is.SubsetOf(inputs.Keys), "every input is a node");
        Assert.That(inputs.Keys, Is.SupersetOf(new[] { "images", "conv1/weight", "linear/bias" }));
        HashSet<string> reached = ["images"];
        foreach (Fields node in nodes)
            if (inputs[node.Text(1)].Any(reached.Contains)) reached.Add(node.Text(1));
        Assert.That(nodes[^1].Text(2), Is.EqualTo("L2Normalize"));
        Assert.That(reached, Does.Contain(nodes[^1].Text(1)));
    }

    [Test]
    public void Projector_HasARowAClassAndAPictureForEachImage()
    {
        string folder = Path.Combine(run, "tensorboard");
        string config = File.ReadAllText(Path.Combine(folder, "projector_config.pbtxt"));
        Assert.That(config, Does.Contain("tensor_path: \"projector/tensors.tsv\"")
            .And.Contain("single_image_dim: 28"));
        string[] rows = File.ReadAllLines(Path.Combine(folder, "projector/tensors.tsv"));
        Assert.That(rows, Has.Length.EqualTo(96));
        Assert.That(rows[0].Split('\t'), Has.Length.EqualTo(16));
        Assert.That(File.ReadAllLines(Path.Combine(folder, "projector/metadata.tsv")), Has.Length.EqualTo(97));
        using PixelImage sprite = ImageFile.Decode(Path.Combine(folder, "projector/sprite.png"));
        Assert.That((sprite.Width, sprite.Height), Is.EqualTo((280, 280)), "a square of ten by ten");
    }

    [Test]
    public void ARunThatGoesOn_VoidsWhatWasAfterItsCheckpoint()
    {
        string stopped = SyntheticRun.StoppedAt(run, 6);
        CliResult result = Cli.Run("train", "--resume", stopped);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        string[] files = [.. EventFiles(stopped)];
        Assert.That(files, Has.Length.EqualTo(2));
        List<Fields> later = EventReader.Read(files[1]);
        Fields start = later.Single(e => e.Has(SessionLog));
        Assert.That((start[Step], start.Message(SessionLog)[1]), Is.EqualTo((7L, 1L)), "START at the next step");
        Assert.That(Scalars(later, "train/loss").Select(v => v.Step), Is.EqualTo(new[] { 7, 8 }));
    }

    /// <summary>TensorBoard itself is in none of the registries; what it reads messages with is.</summary>
    [Test, Platform(Exclude = "Win")]
    public void GooglesOwnRuntime_ReadsTheSame()
    {
        const string python = "/usr/bin/python3", package = "python3-protobuf";
        if (!File.Exists(python) || Start(python, "-c", "import google.protobuf").ExitCode != 0)
            TestDevices.Skip(package, $"{package} is not installed");
        string script = Path.Combine(AppContext.BaseDirectory, "TensorBoard", "read_events.py");
        (int code, string text, string error) = Start(python, script, EventFiles(run).Single());
        Assert.That(code, Is.Zero, error);
        JsonElement read = JsonDocument.Parse(text).RootElement;
        JsonElement[][] scalars =
            [.. read.GetProperty("scalars").EnumerateArray().Select(s => s.EnumerateArray().ToArray())];
        Assert.Multiple(() =>
        {
            Assert.That(read.GetProperty("version").GetString(), Is.EqualTo("brain.Event:2"));
            Assert.That(read.GetProperty("unknown").GetInt32(), Is.Zero, "no field but those of the format");
            Assert.That(
                scalars.Where(s => s[0].GetString() == "train/loss").Select(s => (s[1].GetInt64(), s[2].GetSingle())),
                Is.EqualTo(Scalars(events, "train/loss")));
            Assert.That(read.GetProperty("histograms").GetArrayLength(), Is.EqualTo(2));
            Assert.That(read.GetProperty("nodes")[0].GetRawText(),
                Is.EqualTo("[\"images\", \"Placeholder\", [], [-1, 1, 28, 28]]"));
        });
    }

    static (int ExitCode, string Out, string Error) Start(string program, params string[] args)
    {
        using Process process = Process.Start(
            new ProcessStartInfo(program, args) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        CliResult result = Cli.Finish(process);
        return (result.ExitCode, result.Out, result.Error);
    }

    [Test]
    public void WithoutTheOption_NothingIsWritten()
    {
        string plain = job["plain"];
        Cli.Run("train", job.Config, "--out", plain, "--set", "train.steps=2");
        Assert.That(Directory.Exists(plain) && !Directory.Exists(Path.Combine(plain, "tensorboard")));
    }

    static IEnumerable<(long Step, float Value)> Scalars(List<Fields> events, string tag) =>
        from e in events
        where e.Has(Summary)
        from value in e.Message(Summary).Messages(1)
        where value.Text(1) == tag && value.Has(2)
        select ((long)e[Step], (float)value[2]);

    static IEnumerable<string> EventFiles(string of) =>
        Directory.GetFiles(Path.Combine(of, "tensorboard"), "events.*").Order(StringComparer.Ordinal);
}
