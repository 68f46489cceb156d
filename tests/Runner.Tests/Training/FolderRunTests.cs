using System.Text.Json;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>Training on a folder of images, from the command line to the figures.</summary>
public sealed class FolderRunTests
{
    const int Side = 20, PerClass = 12;
    static readonly string[] people = ["Ada", "Bob", "Cleo"];

    TemporaryFolder folder = null!;

    [SetUp]
    public void MakeImages()
    {
        folder = new TemporaryFolder();
        Random random = new(2);
        for (int c = 0; c < people.Length; c++)
        {
            Directory.CreateDirectory(folder[$"faces/{people[c]}"]);
            for (int i = 1; i <= PerClass; i++)
            {
                byte[] pixels = new byte[Side * Side * 3];
                for (int p = 0; p < pixels.Length; p++) pixels[p] = (byte)(random.Next(80) + (p % 3 == c ? 150 : 0));
                folder.Write($"faces/{people[c]}/{people[c]}_{i:0000}.png", PngEncoder.Encode(pixels, Side, Side, 3));
            }
        }
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    CliResult Train(params string[] settings)
    {
        File.WriteAllText(folder["config.json"], """
            {
              "model": { "kind": "small-cnn", "input": [3, 16, 16], "embedding": 8 },
              "data": { "kind": "folder", "augment": ["resize-crop:0.6", "flip", "colour:0.1"] },
              "sampler": { "classes": 3, "perClass": 4 },
              "train": { "epochs": 2 }
            }
            """);
        return Cli.Run(["train", folder["config.json"], "--out", folder["run"], "--set", $"data.path={folder["faces"]}",
            .. settings.SelectMany(s => new[] { "--set", s })]);
    }

    [Test]
    public void Train_NamesBrokenFiles_AndGoesOn()
    {
        folder.Write("faces/Ada/broken.jpg", "no picture"u8);
        folder.Write("faces/Bob/empty.png", []);
        CliResult result = Train();
        string log = File.ReadAllText(folder["run/log.txt"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        foreach (string text in (string[])[result.Error, log])
            Assert.That(text, Does.Contain("broken.jpg: neither PNG nor JPEG").And.Contain("empty.png: empty")
                .And.Contain("left out 2 of 38 images, as broken"));
    }

    [Test]
    public void Embed_NamesBrokenFiles_AndStopsAtThemIfStrict()
    {
        Train("train.steps=1");
        folder.Write("faces/Cleo/broken.jpg", "no picture"u8);
        folder.Write("faces/Cleo/._Cleo_0001.png", "Mac OS X"u8);
        string[] embed = ["embed", folder["run"], folder["faces/Cleo"], "--out", folder["e.npy"]];
        CliResult embedded = Cli.Run(embed);
        Assert.That(embedded.ExitCode, Is.EqualTo(CommandLine.Done), embedded.Error);
        Assert.That(
            embedded.Error, Does.Contain("broken.jpg: neither").And.Contain("left out 1 of 13 images, as broken"));
        Assert.That(Npy.ReadHeader(folder["e.npy"]).Shape[0], Is.EqualTo(12));
        CliResult strict = Cli.Run([.. embed, "--strict"]);
        Assert.That(strict.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(strict.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("broken.jpg"));
        Assert.That(strict.ErrorLines[0], Does.Contain("--strict"));
    }

    [Test]
    public void Train_BrokenIsAnError_StopsBeforeThereIsARun()
    {
        folder.Write("faces/Ada/broken.jpg", "no picture"u8);
        CliResult result = Train("data.broken=error");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("broken.jpg"));
        Assert.That(Directory.Exists(folder["run"]), Is.False);
    }

    /// <summary>What a wrong setting would have changed is not told of before it.</summary>
    [Test]
    public void TrainFolder_WrongSetting_SaysThatAlone()
    {
        CliResult result = Cli.Run(
            ["train", folder["faces"], "--out", folder["run"], "--set", "train.steps=many"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.Error.Trim(), Does.StartWith("--set: train.steps").And.Not.Contains('\n'));
        Assert.That(Directory.Exists(folder["run"]), Is.False);
    }

    [Test]
    public void Train_ClassesTooSmall_SaysByWhichNumbers()
    {
        CliResult result = Train("sampler.perClass=40");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("3 classes only 0 can give"));
    }

    [Test]
    public void Evaluate_FacePairs_InTenFolds()
    {
        List<string> lines = ["10\t1"];
        for (int i = 1; i <= 10; i++) lines.AddRange([$"Ada\t{i}\t{i + 1}", $"Bob\t{i}\tCleo\t{i}"]);
        File.WriteAllLines(folder["pairs.txt"], lines);
        CliResult result = Train(
            "evaluate.protocols=[\"knn\",\"lfw\"]", $"evaluate.pairs={folder["pairs.txt"]}", "train.epochs=6");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        JsonElement lfw = JsonDocument.Parse(File.ReadAllText(folder["run/evaluation.json"])).RootElement.GetProperty(
            "lfw");
        Assert.That(lfw.GetProperty("accuracy").GetDouble(), Is.InRange(0.5, 1));
        File.AppendAllText(folder["pairs.txt"], "Ada\t1\t99\n");
        CliResult missing = Cli.Run("evaluate", folder["run"]);
        Assert.That(missing.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("line 22").And.All.Contains("Ada_0099"));
    }
}
