using System.Text.Json;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;

namespace TripletGpu.Runner.Tests.Search;

/// <summary>What is known of the class of what is looked for.</summary>
public sealed class QueriesTests
{
    SyntheticRun job = null!;

    [OneTimeSetUp]
    public void MakeIndex()
    {
        job = new SyntheticRun().WriteConfig(epochs: 1);
        Directory.CreateDirectory(job["people/ada"]);
        byte[] pixels = new byte[28 * 28];
        for (int i = 0; i < 3; i++)
        {
            pixels[i] = 255;
            File.WriteAllBytes(job[$"people/ada/{i}.png"], PngEncoder.Encode(pixels, 28, 28, 1));
        }
        File.Copy(job["people/ada/0.png"], job["photo.png"]);
        Run("train", job.Config, "--out", job["run"]);
        Run("index", "build", job["run"], job["people"], "--out", job["i"]);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    /// <summary>The page frames neighbours of another class; of one image alone nobody knows its own.</summary>
    [Test]
    public void OneImage_HasNoClass()
    {
        JsonElement query = Searched(job["photo.png"]);
        Assert.That(query.GetProperty("label").ValueKind, Is.EqualTo(JsonValueKind.Null));
        Assert.That(query.GetProperty("name").GetString(), Is.EqualTo(job["photo.png"]));
        Assert.That(query.GetProperty("neighbours")[0].GetProperty("label").GetString(), Is.EqualTo("ada"));
    }

    [Test]
    public void ImagesOfAFolder_HaveTheFoldersName() =>
        Assert.That(Searched(job["people"]).GetProperty("label").GetString(), Is.EqualTo("ada"));

    JsonElement Searched(string images)
    {
        Run("search", job["i"], images, "--top", "2", "--html", job["page.html"]);
        string json = File.ReadAllText(job["page.html"]).Split("const data = ")[1].Split(";\n")[0];
        return JsonDocument.Parse(json).RootElement.GetProperty("queries")[0];
    }

    static void Run(params string[] args)
    {
        CliResult result = Cli.Run(args);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
    }
}
