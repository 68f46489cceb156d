using System.Globalization;
using System.Text.RegularExpressions;
using TripletGpu.Support;

namespace TripletGpu.Packages.Tests;

/// <summary>The samples, from the packages alone.</summary>
public sealed partial class SampleTests
{
    const int Side = 28;

    [Test]
    public void TrainOnArrays_InFortyLines_TellsItsClassesApart()
    {
        Sample sample = new("TrainOnArrays");
        ProgramResult result = sample.Run();
        Assert.That(result.ExitCode, Is.Zero, result.Text);
        string precision = Precision().Match(result.Out).Groups["value"].Value;
        Assert.That(double.Parse(precision, CultureInfo.InvariantCulture), Is.GreaterThanOrEqualTo(0.95), result.Out);
        Assert.That(Path.Combine(sample.Folder, "network.safetensors"), Does.Exist);
        Assert.That(File.ReadAllLines(Path.Combine(sample.Folder, "Program.cs")), Has.Length.LessThanOrEqualTo(40));
    }

    [Test]
    public void OwnKernel_OnIlgpuAndOpenCl_AgreesWithTheCpu()
    {
        ProgramResult result = new Sample("OwnKernel").Run();
        Assert.That(result.ExitCode, Is.Zero, result.Text);
        Assert.That(result.Out, Does.Contain("ilgpu:cpu: its output").And.Contain("ilgpu:cpu: its gradient"));
        if (!result.Out.Contains("opencl:0: its gradient", StringComparison.Ordinal))
            TestDevices.Skip(TestDevices.OpenCl, result.Out);
    }

    /// <summary>The installed tool trains and embeds; the sample gives the same numbers.</summary>
    [Test]
    public void EmbedImage_WithARunOfTheTool_GivesItsEmbedding()
    {
        string folder = PackageFeed.Folder("run");
        string triplet = InstallTool(folder);
        WriteStripes(folder);
        ProgramResult trained = Dotnet.Run(
            triplet, folder, "train", "config.json", "--out", "stripes", "--device", "cpu");
        Assert.That(trained.ExitCode, Is.Zero, trained.Text);
        string image = Path.Combine(folder, "one.png");
        ProgramResult embedded = Dotnet.Run(
            triplet, folder, "embed", "stripes", image, "--out", "one.tsv", "--device", "cpu");
        Assert.That(embedded.ExitCode, Is.Zero, embedded.Text);

        Sample sample = new("EmbedImage");
        ProgramResult result = sample.Run(Path.Combine(folder, "stripes"), image);
        Assert.That(result.ExitCode, Is.Zero, result.Text);
        string expected = File.ReadAllText(Path.Combine(folder, "one.tsv")).TrimEnd().Replace('\t', ' ');
        Assert.That(result.Out.Split('\n')[1], Is.EqualTo(expected));

        // No run, and a config that is not that of a run.
        foreach (string other in (string[])[sample.Folder, folder])
        {
            ProgramResult refused = sample.Run(other, image);
            int lines = refused.Error.TrimEnd().Split('\n').Length;
            Assert.That((refused.ExitCode, lines), Is.EqualTo((2, 1)), refused.Text);
        }
    }

    /// <summary>The tool of the packages in a folder of its own.</summary>
    static string InstallTool(string folder)
    {
        Dotnet.RunWell(
            folder, "tool", "install", "triplet", "--tool-path", "bin", "--add-source", PackageFeed.Packages);
        string triplet = Path.Combine(folder, "bin", OperatingSystem.IsWindows() ? "triplet.exe" : "triplet");
        ProgramResult version = Dotnet.Run(triplet, folder, "--version");
        Assert.That((version.ExitCode, version.Out), Is.EqualTo((0, $"{version.Out.Trim()}\n")));
        return triplet;
    }

    /// <summary>Stripes of four distances as a data set of images, and one more.</summary>
    static void WriteStripes(string folder)
    {
        for (int i = 0; i < 48; i++)
        {
            string folderOfClass = Path.Combine(folder, "images", $"{i % 4}");
            Directory.CreateDirectory(folderOfClass);
            File.WriteAllBytes(Path.Combine(folderOfClass, $"{i}.png"), GreyPng.Of(Side, Side, Stripe(i)));
        }
        File.WriteAllBytes(Path.Combine(folder, "one.png"), GreyPng.Of(Side, Side, Stripe(50)));
        File.WriteAllText(Path.Combine(folder, "config.json"), """
            {
              "model": { "kind": "small-cnn", "embedding": 16 },
              "data": { "kind": "folder", "path": "images" },
              "sampler": { "kind": "balanced", "classes": 4, "perClass": 4 },
              "train": { "steps": 4 }
            }
            """);
    }

    static Func<int, int, byte> Stripe(int i) =>
        (line, column) => (byte)(i * 31 % 64 + ((line + i) / (1 + i % 4) % 2 == 0 ? 190 : column % 60));

    [GeneratedRegex(@"precision at 1 of new pictures: (?<value>[\d.]+)")]
    private static partial Regex Precision();
}
