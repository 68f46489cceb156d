using System.Diagnostics;
using NUnit.Framework;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Distributed;

/// <summary>What <c>--ranks</c> says where MPI is missing, and what of a launcher's words it passes on.</summary>
public sealed class MpiLauncherTests
{
    [Test]
    public void WithoutMpi_RanksSayWhatToInstall()
    {
        ProcessStartInfo start = Cli.StartInfo("train", "mnist-small", "--ranks", "2");
        start.Environment["PATH"] = "/nowhere";
        CliResult result = Cli.Finish(Process.Start(start)!);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
        Assert.That(result.Error, Does.StartWith("--ranks 2 needs MPI").And.Contain("openmpi-bin"));
    }

    [TestCase("0")]
    [TestCase("-1")]
    [TestCase("many")]
    public void Ranks_ThatAreNoNumber_AreRefused(string ranks)
    {
        CliResult result = Cli.Run("train", "mnist-small", "--ranks", ranks);
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1));
    }

    [Test]
    public void MoreRanks_ThanTheMachineCanRun_AreRefused()
    {
        int most = Math.Min(16 * Environment.ProcessorCount, 1024);
        CliResult result = Cli.Run("train", "mnist-small", "--ranks", $"{most + 1}");
        Assert.That(result.ExitCode, Is.EqualTo(2));
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1).And.All.Contains($"between 1 and {most}"));
    }

    [Test]
    public void Words_OfTheLauncher_AreLeftOut()
    {
        StringWriter shown = new();
        LauncherWords words = new(shown);
        string[] lines =
        [
            "\u001f4711", "\u001f4712", "epoch 1/2: loss 0.1", new string('-', 74), "MPI_ABORT was invoked on rank 0",
            new string('-', 74), "[warn] Epoll MOD(1) on fd 27 failed. Old events were 6; read change was 0 (none)",
            "===================================================================================",
            "=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES",
            "YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)",
            "\u001erank 1 of 2: the disk is full", "\u001erank 1 of 2 tells it again", "rank lines that are nobody's",
        ];
        foreach (string line in lines) words.Relay(line);
        Assert.That(shown.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries), Is.EqualTo(new[]
        {
            "epoch 1/2: loss 0.1", "rank 1 of 2: the disk is full", "rank lines that are nobody's",
        }));
        Assert.That(words.HasSpoken, Is.True);
        Assert.That(words.Processes, Is.EquivalentTo(new[] { 4711, 4712 }));
        Assert.That(words.Reason, Does.Contain("signal 9"));
    }

    /// <summary>MPICH's writes its frame to standard output, behind the ranks' results.</summary>
    [Test]
    public void Words_OfMpichsLauncher_AreLeftOutOfTheResults()
    {
        StringWriter shown = new();
        LauncherWords words = new(new StringWriter());
        string[] lines =
        [
            "accuracy  0.5", "[mpiexec@vm] Sending Ctrl-C to processes as requested", "", "=====", "  per class",
            new string('=', 83),
            "=   BAD TERMINATION OF ONE OF YOUR APPLICATION PROCESSES", "=   PID 12 RUNNING AT vm", new string('=', 83),
            "YOUR APPLICATION TERMINATED WITH THE EXIT STRING: Killed (signal 9)",
            "This typically refers to a problem with your application.",
        ];
        foreach (string line in lines) words.RelayResult(line, shown);
        Assert.That(shown.ToString().ReplaceLineEndings("\n"), Is.EqualTo("accuracy  0.5\n\n=====\n  per class\n"));
        Assert.That(words.Reason, Does.Contain("signal 9"));
    }
}
