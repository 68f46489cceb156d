using System.Diagnostics;
using System.Text.Json;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Runner.Commands;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Commands;

/// <summary><c>triplet bench --tune</c> where there is nothing to tune, or nothing to be done. What it measures is
/// tested in <see cref="Bench.TileTunerTests"/>.</summary>
public sealed class BenchTuneTests
{
    TemporaryFolder folder = null!;

    [OneTimeSetUp]
    public void Start() => folder = new TemporaryFolder();

    [OneTimeTearDown]
    public void End() => folder.Dispose();

    [Test]
    public void Cpu_HasNothingToTune()
    {
        CliResult text = Run("bench", "--tune", "--device", "cpu");
        Assert.That(text.ExitCode, Is.EqualTo(CommandLine.Done), text.Error);
        Assert.That(
            text.Out.Trim(), Is.EqualTo("cpu: there is nothing to tune: the CPU multiplies without tiles"));
        using JsonDocument json = JsonDocument.Parse(Run("bench", "--tune", "--device", "cpu", "--json").Out);
        Assert.That(json.RootElement.GetProperty("isKept").GetBoolean(), Is.False);
        Assert.That(json.RootElement.GetProperty("reason").GetString(), Does.Contain("without tiles"));
    }

    [Test]
    public void DeviceThatTakesPanels_HasNothingToTune()
    {
        using (IGpuDriver driver = TestDevices.OpenDriver(TestDevices.OpenCl))
            if (!driver.Capabilities.TakesLongItems) Assert.Ignore($"{driver.Capabilities.Name} takes tiles");
        CliResult tuned = Run("bench", "--tune", "--device", "opencl:0");
        Assert.That(tuned.ExitCode, Is.EqualTo(CommandLine.Done), tuned.Error);
        Assert.That(
            tuned.Out, Does.StartWith("opencl:0: there is nothing to tune: ").And.Contain("multiplies in panels"));
        Assert.That(tuned.Error, Is.Empty);
        CliResult reset = Run("bench", "--tune", "reset", "--device", "opencl:0");
        Assert.That(reset.ExitCode, Is.EqualTo(CommandLine.Done), reset.Error);
        Assert.That(reset.Out.Trim(), Is.EqualTo("opencl:0: its tiles were not tuned"));
        Assert.That(Directory.Exists(folder["tuned"]), Is.False);
    }

    [TestCase("models", "models")]
    [TestCase("--tile=64x64x8", "--tile")]
    [TestCase("--plan", "--plan")]
    [TestCase("--simulate=ranks=4", "--simulate")]
    public void WhatIsMeasuredOtherwise_DoesNotGoWithIt(string argument, string named)
    {
        CliResult result = Run("bench", argument, "--tune", "--device", "cpu");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.Error.Trim(), Is.EqualTo(
            $"--tune goes with --device, --precision and --json, not with {named}"));
    }

    [Test]
    public void AnotherWord_IsTheUsersError()
    {
        CliResult result = Run("bench", "--device", "cpu", "--tune", "again");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(result.Error, Does.Contain("'reset'"));
    }

    /// <summary>In a process that does not see the user's cache.</summary>
    CliResult Run(params string[] args)
    {
        ProcessStartInfo start = Cli.StartInfo(args);
        start.Environment["TRIPLETGPU_CACHE"] = folder.Path;
        using Process process = Process.Start(start)!;
        return Cli.Finish(process);
    }
}
