using System.Diagnostics;
using TripletGpu.Runner.Images;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Images;

/// <summary>Where libturbojpeg cannot be loaded: files of its names, which are no libraries, come first.</summary>
[Platform("Linux")]
public sealed class MissingLibraryTests
{
    [Test]
    public void Train_ByTurboJpeg_NamesTheMissingLibrary()
    {
        using TemporaryFolder folder = new();
        foreach (string name in (string[])["libturbojpeg.so.0", "libturbojpeg.so"]) folder.Write(name, "none"u8);
        foreach (string name in (string[])["a", "b"])
        {
            Directory.CreateDirectory(folder[name]);
            for (int i = 0; i < 4; i++) folder.Write($"{name}/{i}.png", PngEncoder.Encode(new byte[64], 8, 8, 1));
        }
        ProcessStartInfo start = Cli.StartInfo(
            "train", "mnist-small", "--device", "cpu", "--out", folder["runs"], "--set", "data.kind=folder", "--set",
            $"data.path={folder.Path}", "--set", "data.decoder=turbojpeg");
        start.Environment["LD_LIBRARY_PATH"] = folder.Path;
        using Process process = Process.Start(start)!;
        CliResult result = Cli.Finish(process);
        Assert.That(result.ExitCode, Is.EqualTo(2), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(result.Error, Does.Contain(
            "data.decoder turbojpeg needs libturbojpeg, which is not installed (Debian: libturbojpeg0;"));
    }
}
