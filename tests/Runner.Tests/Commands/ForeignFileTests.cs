using System.IO.Compression;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary>Files of other kinds than a command takes: said in one line, with the way to what it takes.</summary>
public sealed class ForeignFileTests
{
    TemporaryFolder folder = null!;

    [SetUp]
    public void WriteFiles()
    {
        folder = new TemporaryFolder();
        folder.Write("old.pth", [0x80, 2, 0x8A, 0x0A, .. new byte[30]]);
        WriteZip("new.pth", "archive/data.pkl");
        WriteZip("net.keras", "config.json", "model.weights.h5");
        WriteZip("two.npz", "a.npy", "b.npy");
        folder.Write("net.h5", [0x89, .. "HDF\r\n"u8, 0x1A, 0x0A, .. new byte[30]]);
        Npy.Write(folder["x.npy"], new Shape(2, 1, 1, 1), new float[2]);
        SafeTensors.Write(folder["w.safetensors"], [new NamedTensor("w", new Shape(2), (float[])[1, 2])], null);
        // Of the names that exporters write first: version 8, producer "pytorch".
        folder.Write("model.bin", [0x08, 8, 0x12, 7, .. "pytorch"u8]);
    }

    [TearDown]
    public void RemoveFolder() => folder.Dispose();

    void WriteZip(string name, params string[] entries)
    {
        using ZipArchive zip = ZipFile.Open(folder[name], ZipArchiveMode.Create);
        foreach (string entry in entries) zip.CreateEntry(entry);
    }

    [TestCase("old.pth", "PyTorch's pickle; in Python: torch.onnx.export(")]
    [TestCase("new.pth", "PyTorch's pickle; in Python: torch.onnx.export(")]
    [TestCase("net.keras", "a .keras file; export the network as ONNX (tf2onnx")]
    [TestCase("net.h5", "HDF5, as Keras saves networks; export the network as ONNX (tf2onnx")]
    [TestCase("two.npz", "an .npz, a zip of arrays (a, b)")]
    [TestCase("x.npy", "an .npy: one array and no network")]
    [TestCase("w.safetensors", "a .safetensors: weights by name, without the network")]
    public void ForeignFile_WhereANetworkIsWanted_IsNamed(string file, string expected)
    {
        AssertSays(expected, "is no ONNX model", "import", folder[file], "--out", folder["out.safetensors"]);
        AssertSays(expected, "is no configuration", "summary", folder[file]);
        AssertSays(expected, "is no configuration", "train", folder[file], "--out", folder["run"]);
        if (file == "w.safetensors") return;
        AssertSays(expected, "is no network", "run", folder[file], "--input", folder["x.npy"], "--output", folder["y"]);
    }

    [Test]
    public void ForeignFile_WhereArraysOrAConfigurationAreWanted_IsNamed()
    {
        AssertSays("names it by model.kind=onnx", "is no configuration", "train", folder["model.bin"]);
        AssertSays(
            "numpy.load('FILE.npz')['a']", "is not an .npy file", "mine", "--embeddings", folder["two.npz"], "--labels",
            folder["x.npy"]);
        AssertSays(
            "torch.load('FILE', map_location='cpu').numpy()", "is not an .npy file", "mine", "--embeddings",
            folder["new.pth"], "--labels", folder["x.npy"]);
    }

    [TestCase("new.pth", "safetensors.torch.save_file(")]
    [TestCase("net.h5", "and triplet import takes it")]
    [TestCase("model.bin", "triplet import makes weights of it")]
    public void ForeignFile_WhereWeightsAreWanted_IsNamed(string file, string expected) => Assert.That(
        () => SafeTensors.Open(folder[file]), Throws.TypeOf<UserErrorException>().With.Message.Contains(expected));

    static void AssertSays(string expected, string fault, params string[] arguments)
    {
        CliResult result = Cli.Run(arguments);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains(expected).And.All.Contains(fault));
    }
}
