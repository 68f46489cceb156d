using System.Text;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Training;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary>Training on files that lie: one line, exit code 2, no run folder.</summary>
public sealed class HostileInputTests
{
    const int Images = 96, Pixels = 28 * 28;

    SyntheticRun job = null!;

    [SetUp]
    public void WriteJob() => job = new SyntheticRun().WriteConfig(epochs: 1);

    [TearDown]
    public void RemoveJob() => job.Dispose();

    [Test]
    public void Train_NotANumberInAPixel_IsRefused()
    {
        float[] images = new float[Images * Pixels];
        images[3 * Pixels + 5] = float.NaN;
        Npy.Write(job["images.npy"], new Shape(Images, 1, 28, 28), images);
        AssertRefused("NaN");
    }

    /// <summary>Ids of any size are classes; -1 alone marks rows that have none.</summary>
    [Test]
    public void Train_RowWithoutALabel_IsRefused()
    {
        int[] labels = new int[Images];
        labels[7] = -1;
        Npy.Write(job["labels.npy"], new Shape(Images), labels);
        AssertRefused("label 7");
    }

    [Test]
    public void Train_OneLabelTooFew_IsRefused()
    {
        Npy.Write(job["labels.npy"], new Shape(Images - 1), new int[Images - 1]);
        AssertRefused("rows");
    }

    [TestCase(0), TestCase(50), TestCase(5000)]
    public void Train_TruncatedArray_IsRefused(int bytes)
    {
        byte[] whole = File.ReadAllBytes(job["images.npy"]);
        File.WriteAllBytes(job["images.npy"], whole[..bytes]);
        AssertRefused("images.npy");
    }

    [Test]
    public void Train_ObjectsInAnArray_IsRefused()
    {
        string text = Encoding.Latin1.GetString(File.ReadAllBytes(job["labels.npy"]));
        File.WriteAllBytes(
            job["labels.npy"], Encoding.Latin1.GetBytes(text.Replace("<i4", "|O ", StringComparison.Ordinal)));
        AssertRefused("labels.npy");
    }

    [TestCase("{")]
    [TestCase("[]")]
    [TestCase("null")]
    [TestCase("")]
    [TestCase("""{"model": {"kind": "small-cnn", "embeding": 16}}""")]
    public void Train_ConfigThatIsNone_IsRefused(string json)
    {
        File.WriteAllText(job.Config, json);
        AssertRefused("config.json");
    }

    [TestCase("sampler.perClass=1")]
    [TestCase("sampler.perClass=17")]
    [TestCase("sampler.classes=7")]
    [TestCase("optimizer.learningRate=fast")]
    [TestCase("model.input=[3,28,28]")]
    public void Train_SettingThatCannotBe_IsRefused(string setting) =>
        AssertRefused(setting.Split('=')[0], "--set", setting);

    [Test]
    public void Train_UnwritableFolder_IsRefused() =>
        AssertRefused("cannot use", "--out", Path.Combine(job.Config, "run"));

    void AssertRefused(string says, params string[] more)
    {
        CliResult result = Cli.Run(
            ["train", job.Config, .. more.Contains("--out") ? [] : (string[])["--out", job["run"]], .. more]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
        Assert.That(result.Error, Does.Contain(says));
        Assert.That(result.Out, Is.Empty);
        Assert.That(Directory.Exists(job["run"]), Is.False, "nothing is left behind");
    }
}
