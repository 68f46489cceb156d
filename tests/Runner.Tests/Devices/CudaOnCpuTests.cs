using System.Diagnostics;
using System.Text.Json.Nodes;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Devices;

/// <summary>
/// The program itself on <c>cuda:0</c>, whose libraries are the stand-ins that run CUDA C on the CPU. Only where
/// TRIPLETGPU_DEVICES names cuda-on-cpu.
/// </summary>
public sealed class CudaOnCpuTests
{
    const int Epochs = 5, Steps = 4 * Epochs;

    readonly SyntheticRun job = new SyntheticRun().WriteConfig(Epochs);
    string libraries = "";

    [OneTimeSetUp]
    public void FindStandIns()
    {
        if (!TestDevices.IsNamed(TestDrivers.CudaOnCpu)) Assert.Ignore("runs under tests/cuda-on-cpu.sh alone");
        if (CudaOnCpu.Folder(out string reason) is not { } folder) TestDevices.Skip(TestDrivers.CudaOnCpu, reason);
        else libraries = folder;
    }

    [OneTimeTearDown]
    public void DeleteRuns() => job.Dispose();

    // The learning rate keeps the runs together: mining chooses, and a choice that flips is no rounding error. Tensor
    // cores' operands have 10 and 7 bits of fraction.
    [TestCase("float32", 1e-5)]
    [TestCase("tf32", 5e-2)]
    [TestCase("bf16", 5e-2)]
    public void Training_SmallCnn_HasTheLossesOfTheCpu(string precision, double tolerance)
    {
        double[] expected = Train("cpu", "float32"), actual = Train("cuda:0", precision);
        Assert.That(actual, Has.Length.EqualTo(Steps));
        double[] off = [.. actual.Zip(expected, (a, e) => Math.Abs(a - e) / e)];
        Assert.That(off, Has.All.LessThan(tolerance));
        if (precision != "float32") Assert.That(off.Max(), Is.GreaterThan(1e-5), "it was the precision asked for");
    }

    [Test]
    public void Training_ByGraphs_HasTheLossesOfLaunches() => Assert.That(
        Train("cuda:0", "float32", "--set", "train.graphs=true"), Is.EqualTo(Train("cuda:0", "float32")));

    [Test]
    public void Check_EachTileComputesRightly()
    {
        CliResult result = Run("devices", "--check");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Error, Does.Match("cuda:0 by NVRTC [0-9.]+: ([0-9]+) of \\1 tiles compute rightly"));
    }

    double[] Train(string device, string precision, params string[] more)
    {
        string run = job[$"{device.Replace(':', '-')}-{precision}-{more.Length}"];
        if (!Directory.Exists(run))
        {
            CliResult result = Run([
                "train", job.Config, "--out", run, "--device", device, "--precision", precision, "--threads", "2",
                "--set", "optimizer.learningRate=0.0001", .. more]);
            Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        }
        return
        [
            .. SyntheticRun.Metrics(run).Select(line => JsonNode.Parse(line)!["loss"])
                .OfType<JsonNode>().Select(loss => loss.GetValue<double>()),
        ];
    }

    CliResult Run(params string[] args)
    {
        ProcessStartInfo start = Cli.StartInfo(args);
        start.Environment["LD_LIBRARY_PATH"] = libraries;
        start.Environment["OCL_ICD_VENDORS"] = job["no-vendors"]; // no other GPU
        using Process process = Process.Start(start)!;
        return Cli.Finish(process);
    }
}
