using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Planning;

/// <summary><c>triplet train FOLDER</c>, and folders that nothing can be learned from.</summary>
public sealed class TrainFolderTests
{
    const int Side = 20;

    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeFolder() => folder = new TemporaryFolder();

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    [Test]
    public void Train_OfAFolder_ChoosesSaysWhyAndWritesAConfigThatRunsAgain()
    {
        foreach (string name in (string[])["bars", "dots", "plain"]) Images($"shapes/{name}", 20);
        CliResult result = Cli.Run("train", folder["shapes"], "--out", folder["run"], "--set", "train.epochs=3");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        RunConfig config = ConfigReader.Read(folder["run/config.json"], []);
        Assert.Multiple(() =>
        {
            Assert.That(result.Error, Does.Contain("3 classes, 60 images").And.Contain("grey")
                .And.Contain("model: small-cnn").And.Contain("sampler: batches of 3 classes")
                .And.Contain(folder["run/config.json"]));
            Assert.That(File.ReadAllText(folder["run/log.txt"]), Does.Contain("model: small-cnn"));
            Assert.That(config.Data.Path, Is.EqualTo(folder["shapes"]));
            Assert.That(config.Model.Input, Is.EqualTo(new[] { 1, Side, Side }));
            Assert.That(config.Train.Epochs, Is.EqualTo(3), "what is set comes before what is chosen");
        });
        CliResult again = Cli.Run("train", folder["run/config.json"], "--out", folder["again"]);
        Assert.That(again.ExitCode, Is.EqualTo(CommandLine.Done), again.Error);
        Assert.That(SyntheticRun.Metrics(folder["again"]), Is.EqualTo(SyntheticRun.Metrics(folder["run"])));
    }

    [Test]
    public void Train_OfManySmallClasses_IsJudgedByClassesThatItHasNotSeen()
    {
        for (int c = 0; c < 24; c++) Images($"people/{c:00}", 3);
        CliResult result = Cli.Run(
            "train", folder["people"], "--out", folder["run"], "--set", "train.epochs=2", "--set",
            "evaluate.protocols=[\"knn\"]");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Out, Does.Contain("no class of people test is in people train"));
    }

    [Test]
    public void Folders_ThatNothingCanBeLearnedFrom_EndInOneLine()
    {
        Directory.CreateDirectory(folder["empty"]);
        Images("loose", 3);
        Images("one/cat", 5);
        Images("single/cat", 1);
        Images("single/dog", 1);
        for (int i = 0; i < 4; i++) folder.Write(Make($"broken/{(i < 2 ? "cat" : "dog")}/{i}.png"), "no picture"u8);
        Images("halves/cat", 1);
        folder.Write(Make("halves/dog/1.png"), "no picture"u8);
        Images("moving/cat", 2);
        folder.Write(Make("moving/dog/1.gif"), "GIF89a"u8);
        foreach ((string name, string words) in ((string, string)[])[
            ("empty", "has no folder with PNG"), ("loose", "3 images but no folders of classes"),
            ("one", "has one class, cat (5 images): nothing can be told apart; put images of another class into"),
            ("single", "each of the 2 classes"), ("broken", "no image that can be decoded, in 4 files"),
            ("halves", "has one class, cat (1 image): nothing can be told apart; no image of dog can be decoded"),
            ("moving", "cat (2 images): nothing can be told apart; dog has files, but no PNG, JPEG, BMP or WebP"),
            ("nowhere", "neither a file nor a preset"),
        ])
        {
            CliResult result = Cli.Run("train", folder[name], "--out", folder["run"]);
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), name);
            Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(words), name);
            Assert.That(Directory.Exists(folder["run"]), Is.False, name);
        }
    }

    /// <summary>Grey images of noise and a pattern that depends on the class.</summary>
    void Images(string path, int count)
    {
        Random random = new(path.Length + count);
        for (int i = 0; i < count; i++)
        {
            byte[] pixels = new byte[Side * Side];
            for (int p = 0; p < pixels.Length; p++)
                pixels[p] = (byte)(random.Next(60) + (p / Side % (3 + path[^1] % 5) == 0 ? 180 : 0));
            folder.Write(Make($"{path}/{i}.png"), PngEncoder.Encode(pixels, Side, Side, 1));
        }
    }

    string Make(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(folder[file])!);
        return file;
    }
}
