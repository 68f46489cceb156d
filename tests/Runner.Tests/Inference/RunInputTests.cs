using System.Globalization;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Data;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Inference;

/// <summary>
/// One file of images gives one embedding, whichever command reads it; and what looks unlike pixels is said.
/// </summary>
public sealed class RunInputTests
{
    const int Images = 24, Side = 12, Pixels = Side * Side;

    TemporaryFolder folder = null!;
    byte[] bytes = null!;

    [SetUp]
    public void WriteData()
    {
        folder = new TemporaryFolder();
        bytes = new byte[Images * Pixels];
        new Random(3).NextBytes(bytes);
        ByteArrayFile.Write(folder["bytes.npy"], new Shape(Images, 1, Side, Side), bytes);
        ByteArrayFile.Write(folder["grey.npy"], new Shape(Images, Side, Side), bytes);
        Write("scaled.npy", value => value / 255f);
        Write("unscaled.npy", value => value);
        Npy.Write(folder["labels.npy"], new Shape(Images), Enumerable.Range(0, Images).Select(i => i % 4).ToArray());
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    void Write(string name, Func<byte, float> value) =>
        Npy.Write(folder[name], new Shape(Images, 1, Side, Side), Array.ConvertAll(bytes, b => value(b)));

    CliResult Train(string images, params string[] settings)
    {
        File.WriteAllText(folder["config.json"], """
            {
              "model": { "kind": "small-cnn", "input": [1, 12, 12], "embedding": 8 },
              "data": { "kind": "arrays" },
              "sampler": { "classes": 4, "perClass": 3 },
              "train": { "steps": 2 }
            }
            """);
        string[] all = [$"data.images={folder[images]}", $"data.labels={folder["labels.npy"]}", .. settings];
        return Cli.Run(["train", folder["config.json"], "--out", folder["run"],
            .. all.SelectMany(s => new[] { "--set", s })]);
    }

    CliResult Run(string model, string input) =>
        Cli.Run("run", folder[model], "--input", folder[input], "--output", folder["out.npy"]);

    /// <summary>Bytes, grey ones without channels, and scaled by hand: as the run itself embedded them.</summary>
    [TestCase()]
    [TestCase("data.binarize=0.5")]
    [TestCase("data.mean=0.4", "data.std=0.3")]
    [TestCase("data.resize=true", "model.input=[1,16,16]")]
    [TestCase("data.resize=true", "model.input=[3,16,16]")]
    public void OneFile_GivesOneEmbedding_InTrainEvaluateEmbedAndRun(params string[] settings)
    {
        AssertDone(Train("bytes.npy", settings));
        float[] trained = Npy.ReadFloats(Path.Combine(folder["run"], "embeddings.npy")).Values;
        foreach (string input in (string[])["bytes.npy", "grey.npy", "scaled.npy"])
        {
            AssertDone(Run("run", input));
            AssertSame(trained, "out.npy", $"run {input}");
            AssertDone(Cli.Run("embed", folder["run"], folder[input], "--out", folder["e.npy"]));
            AssertSame(trained, "e.npy", $"embed {input}");
        }
    }

    [Test]
    public void UnscaledFloats_AreSaid_WhereverTheyAreRead()
    {
        const string warning = "holds float32 from 0 to 255, and only uint8 is scaled to [0, 1]";
        Assert.That(Train("bytes.npy").Error, Does.Not.Contain("is scaled"));
        Assert.That(Run("run", "unscaled.npy").Error, Does.Contain(warning));
        Assert.That(Run("run", "bytes.npy").Error + Run("run", "scaled.npy").Error, Is.Empty);
        Assert.That(
            Cli.Run("embed", folder["run"], folder["unscaled.npy"], "--out", folder["e.npy"]).Error,
            Does.Contain(warning));
        Directory.Delete(folder["run"], recursive: true);
        Assert.That(Train("unscaled.npy").Error, Does.Contain(warning).And.Contain("data.std=255"));
        Directory.Delete(folder["run"], recursive: true);
        Assert.That(Train("unscaled.npy", "data.std=255").Error, Does.Not.Contain("is scaled"));
    }

    [Test]
    public void PartsOfTwoScales_AreRefused()
    {
        CliResult result = Train(
            "bytes.npy", $"data.testImages={folder["unscaled.npy"]}", $"data.testLabels={folder["labels.npy"]}");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.Error, Does.Contain("save both in one way"));
    }

    /// <summary>Pixels that the network cannot take do not become embeddings of NaN.</summary>
    [Test]
    public void NotFinite_IsNoEmbedding()
    {
        AssertDone(Train("bytes.npy"));
        Npy.Write(folder["huge.npy"], new Shape(2, 1, Side, Side),
            (float[])[.. Enumerable.Repeat(0f, Pixels), .. Enumerable.Repeat(float.MaxValue, Pixels)]);
        foreach (string[] args in (string[][])
            [
                ["embed", folder["run"], folder["huge.npy"], "--out", folder["e.npy"]],
                [
                    "explain", folder["run"], $"{folder["huge.npy"]}[0]", $"{folder["huge.npy"]}[1]",
                    "--out", folder["e.npy"],
                ],
            ])
        {
            CliResult result = Cli.Run(args);
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
            Assert.That(result.ErrorLines[^1], Does.Contain("holds NaN or infinity"));
            Assert.That(File.Exists(folder["e.npy"]), Is.False);
        }
    }

    [Test]
    public void OtherSize_IsSaidOfTheNetwork()
    {
        AssertDone(Train("bytes.npy"));
        Npy.Write(folder["small.npy"], new Shape(1, 1, 4, 4), new float[16]);
        Assert.That(
            Cli.Run("embed", folder["run"], folder["small.npy"], "--out", folder["e.npy"]).Error,
            Does.Contain("the network takes images of [1, 12, 12]").And.Not.Contain("set model.input"));
    }

    /// <summary>More rows than a batch has: every row is in its place, and as embed gives it.</summary>
    [Test]
    public void ManyRows_ComeInBatches()
    {
        const int rows = 150;
        AssertDone(Train("bytes.npy"));
        float[] pixels = [.. Enumerable.Range(0, rows * Pixels).Select(i => bytes[i % (31 * Pixels / 2)] / 255f)];
        Npy.Write(folder["many.npy"], new Shape(rows, 1, Side, Side), pixels);
        AssertDone(Cli.Run("embed", folder["run"], folder["many.npy"], "--out", folder["e.npy"]));
        AssertDone(Cli.Run("embed", folder["run"], folder["many.npy"], "--out", folder["e.tsv"]));
        float[] embedded = Npy.ReadFloats(folder["e.npy"]).Values;
        string[] lines = File.ReadAllLines(folder["e.tsv"]);
        Assert.That(lines, Has.Length.EqualTo(rows));
        Assert.That(
            lines.SelectMany(line => line.Split('\t')).Select(cell => float.Parse(cell, CultureInfo.InvariantCulture)),
            Is.EqualTo(embedded));
        AssertDone(Cli.Run("export", folder["run"], "--onnx", folder["run.onnx"]));
        foreach (string model in (string[])["run", "run.onnx"])
        {
            AssertDone(Run(model, "many.npy"));
            AssertSame(embedded, "out.npy", model);
            Assert.That(Npy.ReadHeader(folder["out.npy"]).Shape, Is.EqualTo(new Shape(rows, 8)));
        }
        for (int row = 0; row < rows; row += 37)
        {
            Npy.Write(folder["one.npy"], new Shape(1, 1, Side, Side), pixels[(row * Pixels)..((row + 1) * Pixels)]);
            AssertDone(Run("run.onnx", "one.npy"));
            AssertSame(embedded[(row * 8)..((row + 1) * 8)], "out.npy", $"row {row}");
        }
    }

    /// <summary>What a graph's pixels are nobody has said: bytes may mean 0 to 255 or 0 to 1.</summary>
    [Test]
    public void Graphs_TakeWhatTheyDeclare()
    {
        AssertDone(Train("bytes.npy"));
        AssertDone(Cli.Run("export", folder["run"], "--onnx", folder["run.onnx"]));
        AssertDone(Run("run.onnx", "scaled.npy"));
        AssertSame(Npy.ReadFloats(Path.Combine(folder["run"], "embeddings.npy")).Values, "out.npy", "run.onnx");
        CliResult result = Run("run.onnx", "bytes.npy");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(
            result.Error, Does.Contain("holds uint8").And.Contain("takes floats").And.Contain("/ 255"));
    }

    [Test]
    public void ImportedWeights_TakeNoBytes()
    {
        string model = """{ "kind": "small-cnn", "input": [1, 12, 12], "embedding": 8 }""";
        AssertDone(Train("bytes.npy"));
        using (SafeTensors run = SafeTensors.Open(Path.Combine(folder["run"], "model.safetensors")))
            SafeTensors.Write(
                folder["w.safetensors"],
                [.. run.Entries.Select(e => new NamedTensor(e.Name, e.Shape, run.Read(e.Name)))],
                new Dictionary<string, string> { ["model"] = model });
        AssertDone(Run("w.safetensors", "scaled.npy"));
        Assert.That(Run("w.safetensors", "bytes.npy").Error, Does.Contain("imported weights take floats"));
    }

    void AssertSame(float[] expected, string file, string what) => Close.AreClose(
        Array.ConvertAll(expected, v => (double)v), Npy.ReadFloats(folder[file]).Values, Tolerance.Normalization, what);

    static void AssertDone(CliResult result) =>
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
}
