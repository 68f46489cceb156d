using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>
/// <c>data.mean</c>, <c>data.std</c>, <c>data.range</c>, <c>data.channelOrder</c> from the config to an exported file.
/// </summary>
public sealed class PixelScalingTests
{
    const int Images = 24, Channels = 3, Side = 12, Plane = Side * Side;

    static readonly float[] mean = [110, 120, 130], std = [50, 60, 70];

    TemporaryFolder folder = null!;
    float[] pixels = null!;

    [SetUp]
    public void WriteData()
    {
        folder = new TemporaryFolder();
        Random random = new(5);
        pixels = new float[Images * Channels * Plane];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle();
        Npy.Write(folder["x.npy"], new Shape(Images, Channels, Side, Side), pixels);
        // What a network for blue, green, red from 0 to 255 gets to see.
        float[] scaled = new float[pixels.Length];
        for (int i = 0; i < pixels.Length; i++)
        {
            int channel = i / Plane % Channels, from = i + (Channels - 1 - 2 * channel) * Plane;
            scaled[i] = (255 * pixels[from] - mean[channel]) / std[channel];
        }
        Npy.Write(folder["scaled.npy"], new Shape(Images, Channels, Side, Side), scaled);
        Npy.Write(folder["y.npy"], new Shape(Images), Enumerable.Range(0, Images).Select(i => i % 4).ToArray());
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    /// <summary>Trains a little, on images that are to be scaled or on images that are.</summary>
    void Train(string run, string images, params string[] settings)
    {
        File.WriteAllText(folder["config.json"], $$"""
            {
              "model": { "kind": "small-cnn", "input": [3, 12, 12], "embedding": 8 },
              "data": { "kind": "arrays", "images": "{{folder[images]}}", "labels": "{{folder["y.npy"]}}" },
              "sampler": { "classes": 4, "perClass": 3 },
              "train": { "steps": 2 }
            }
            """);
        AssertDone(Cli.Run(["train", folder["config.json"], "--out", folder[run],
            .. settings.SelectMany(s => new[] { "--set", s })]));
    }

    static string[] Scaling =>
        ["data.range=[0,255]", "data.channelOrder=bgr", "data.mean=[110,120,130]", "data.std=[50,60,70]"];

    [Test]
    public void Train_ScalesAsItIsTold_AndEmbedDoesToo()
    {
        Train("here", "x.npy", Scaling);
        Train("before", "scaled.npy");
        AssertDone(Cli.Run("embed", folder["here"], folder["x.npy"], "--out", folder["here.npy"]));
        AssertDone(Cli.Run("embed", folder["before"], folder["scaled.npy"], "--out", folder["before.npy"]));
        AssertSame("before.npy", "here.npy", Tolerance.Block);
    }

    [Test]
    public void Export_TakesPixelsFrom0To1_AsOfARunAndOfAGraph()
    {
        Train("run", "x.npy", Scaling);
        AssertDone(Cli.Run("export", folder["run"], "--onnx", folder["run.onnx"]));
        AssertSameOutputs("run", "run.onnx");
        Train(
            "again", "x.npy",
            [.. Scaling, "model.kind=onnx", $"model.path={folder["run.onnx"]}", "model.normalize=false"]);
        AssertDone(Cli.Run("export", folder["again"], "--onnx", folder["again.onnx"]));
        AssertSameOutputs("again", "again.onnx");
    }

    /// <summary>
    /// What an export does to pixels belongs to its pixels: trained again, only the network's own weights change.
    /// </summary>
    [Test]
    public void Export_TrainedAgain_KeepsItsScaling()
    {
        Train("run", "x.npy", Scaling);
        AssertDone(Cli.Run("export", folder["run"], "--onnx", folder["run.onnx"]));
        Train("again", "x.npy", ["model.kind=onnx", $"model.path={folder["run.onnx"]}", "model.normalize=false"]);
        AssertDone(Cli.Run("export", folder["again"], "--onnx", folder["again.onnx"]));
        Train("third", "x.npy", ["model.kind=onnx", $"model.path={folder["again.onnx"]}", "model.normalize=false"]);
        string[] first = Names("run");
        Assert.That(Names("again"), Is.EqualTo(first));
        Assert.That(Names("third"), Is.EqualTo(first));
        // With a scaling of its own in front of the file's, by other nodes.
        Train("scaled", "x.npy", [.. Scaling, "model.kind=onnx", $"model.path={folder["run.onnx"]}"]);
        AssertDone(Cli.Run("export", folder["scaled"], "--onnx", folder["scaled.onnx"]));
        Train("fifth", "x.npy", ["model.kind=onnx", $"model.path={folder["scaled.onnx"]}", "model.normalize=false"]);
        Assert.That(Names("fifth"), Is.EqualTo(first));
    }

    string[] Names(string run)
    {
        using SafeTensors file = SafeTensors.Open(Path.Combine(folder[run], "model.safetensors"));
        return [.. file.Entries.Select(entry => entry.Name).Order()];
    }

    [Test]
    public void ImageNet_InTheNetworksOrderAndRange()
    {
        RunConfig config = ConfigReader.Parse("""{ "model": { "kind": "nn2" } }""", "test",
            ["data.kind=folder", "data.mean=imagenet", "data.channelOrder=bgr", "data.range=[0,255]"]);
        Assert.That(config.Data.Mean!.Values, Is.EqualTo((double[])[103.53, 116.28, 123.675]).Within(1e-9));
        Assert.That(config.Data.Std!.Values, Is.EqualTo((double[])[57.375, 57.12, 58.395]).Within(1e-9));
        RunConfig again = ConfigReader.Parse(ConfigReader.ToJson(config), "test", []);
        Assert.That(ConfigReader.ToJson(again), Is.EqualTo(ConfigReader.ToJson(config)));
    }

    [TestCase("data.mean=[1,2]", "data.mean must be one number, or 3")]
    [TestCase("data.mean=[]", "data.mean must be a number, a list of one a channel, or \"imagenet\"")]
    [TestCase("data.mean=image-net", "data.mean must be a number, a list of one a channel, or \"imagenet\"")]
    [TestCase("data.std=0", "data.std must be above 0")]
    [TestCase("data.range=[1,0]", "data.range must be [black, white]")]
    [TestCase("data.range=[1]", "data.range must be [black, white]")]
    public void WrongValues_AreNamed(string setting, string expected) => Assert.That(
        () => ConfigReader.Parse("""{ "model": { "kind": "nn2" }, "data": { "kind": "folder" } }""", "test", [setting]),
        Throws.TypeOf<UserErrorException>().With.Message.Contains(expected));

    [TestCase("data.mean=imagenet", "imagenet is of 3 channels")]
    [TestCase("data.channelOrder=bgr", "data.channelOrder must be rgb")]
    public void ColoursOfGreyImages_AreRefused(string setting, string expected) => Assert.That(
        () => ConfigReader.Parse("{}", "test", [setting]),
        Throws.TypeOf<UserErrorException>().With.Message.Contains(expected));

    [Test]
    public void ImportedWeights_WantImageNetsPixels_UnlessTheConfigSaysOtherwise()
    {
        SafeTensors.Write(folder["w.safetensors"], [], new Dictionary<string, string> { ["pixels"] = "imagenet" });
        string[] settings = ["data.kind=folder", "model.kind=resnet50", $"model.weights={folder["w.safetensors"]}"];
        Assert.That(Mean(settings), Is.EqualTo((double[])[0.485, 0.456, 0.406]));
        Assert.That(Mean([.. settings, "data.mean=0"]), Is.EqualTo((double[])[0]));
        Assert.That(Mean([.. settings, "model.strideOn=1x1"]), Is.EqualTo((double[])[0]));
        Assert.That(Mean([.. settings, "data.kind=arrays", "data.images=x", "data.labels=y"]),
            Is.EqualTo((double[])[0]));
    }

    static double[] Mean(string[] settings) => ConfigReader.Parse("{}", "test", settings).Data.Mean!.Values;

    void AssertSameOutputs(string run, string file)
    {
        foreach (string model in (string[])[run, file])
            AssertDone(Cli.Run(
                "run", folder[model], "--input", folder["x.npy"], "--output", folder[$"{model}.out.npy"]));
        AssertSame($"{run}.out.npy", $"{file}.out.npy", Tolerance.Normalization);
    }

    void AssertSame(string expected, string actual, Tolerance tolerance) => Close.AreClose(
        Array.ConvertAll(Npy.ReadFloats(folder[expected]).Values, v => (double)v),
        Npy.ReadFloats(folder[actual]).Values, tolerance, actual);

    static void AssertDone(CliResult result) =>
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
}
