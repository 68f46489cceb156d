using System.Text.Json;
using System.Text.Json.Nodes;
using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet bench kernels</c>, on ILGPU's CPU accelerator, which every machine has.</summary>
public sealed class BenchKernelsCommandTests
{
    static readonly string[] Few =
        ["bench", "kernels", "ClassKernels.Place", "LeftOutKernels.Given", "--device", "ilgpu:cpu"];

    [Test]
    public void Kernels_WithAPage_ArePlacedUnderMeasuredRoofs()
    {
        using TemporaryFolder folder = new();
        CliResult result = Cli.Run([.. Few, "--sizes", "16,64", "--html", folder["roof.html"], "--json"]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        using JsonDocument json = JsonDocument.Parse(result.Out);
        JsonElement root = json.RootElement;
        Assert.That(root.GetProperty("peakGflops").GetDouble(), Is.Positive);
        Assert.That(root.GetProperty("peakGbPerSecond").GetDouble(), Is.Positive);
        JsonElement[] rows = [.. root.GetProperty("rows").EnumerateArray()];
        Assert.That(
            rows.Select(r => (r.GetProperty("kernel").GetString(), r.GetProperty("size").GetString())),
            Is.EqualTo(new[]
            {
                ("ClassKernels.Place", "16"), ("ClassKernels.Place", "64"), ("LeftOutKernels.Given", "16"),
                ("LeftOutKernels.Given", "64"),
            }));
        Assert.That(rows.Select(r => r.GetProperty("seconds").GetDouble()), Has.All.Positive);
        Assert.That(rows[0].GetProperty("bytes").GetDouble(), Is.EqualTo(16.0 * 16));
        Assert.That(
            File.ReadAllText(folder["roof.html"]),
            Does.Contain("\"kernel\":\"ClassKernels.Place\"").And.Not.Contain("/*DATA*/").And.Not.Contain("src="));
    }

    [Test]
    public void Compare_WithALimit_FailsWhereAKernelHasSlowed()
    {
        using TemporaryFolder folder = new();
        string[] one = ["bench", "kernels", "ClassKernels.Place", "--device", "ilgpu:cpu", "--sizes", "16"];
        File.WriteAllText(folder["old.json"], Cli.Run([.. one, "--json"]).Out);
        CliResult fine = Cli.Run([.. one, "--compare", folder["old.json"], "--fail-above", "1000000%"]);
        Assert.That(fine.ExitCode, Is.EqualTo(CommandLine.Done), fine.Error);
        JsonNode old = JsonNode.Parse(File.ReadAllText(folder["old.json"]))!;
        old["rows"]![0]!["seconds"] = 1e-12;
        File.WriteAllText(folder["faster.json"], old.ToJsonString());
        CliResult slower = Cli.Run([.. one, "--compare", folder["faster.json"], "--fail-above", "5%"]);
        Assert.That(slower.ExitCode, Is.EqualTo(CommandLine.Failure), slower.Error);
        Assert.That(slower.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(slower.Error, Does.Contain("ClassKernels.Place"));
    }

    [TestCase("no kernel and no family", "Nothing")]
    [TestCase("--device cpu", "--device", "cpu")]
    [TestCase("--sizes resnet51", "--sizes", "resnet51")]
    [TestCase("--sizes 4", "--sizes", "4")]
    [TestCase("none of the kernels has such a size", "SumRows", "--sizes", "resnet50.conv1", "--device", "ilgpu:cpu")]
    [TestCase("'128x128x8'", "--tile", "16x16x8")]
    [TestCase("--images", "--images", "0", "--device", "ilgpu:cpu")]
    [TestCase("--compare", "--fail-above", "5%")]
    [TestCase("--baseline missing.json", "--baseline", "missing.json")]
    [TestCase("is computed in tiles", "SumRows", "--tile", "64x64x8")]
    public void WrongInput_IsOneLine(string told, params string[] arguments)
    {
        CliResult result = Cli.Run(["bench", "kernels", .. arguments]);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(result.Error, Does.Contain(told));
    }
}
