using System.Diagnostics;
using System.Runtime.InteropServices;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>Runs that are stopped in every way and go on: the same metrics and weights, bit for bit.</summary>
public sealed partial class ResumeTests
{
    const int Interrupt = 2, Kill = 9, Terminate = 15, Default = 0;

    SyntheticRun job = null!;
    string whole = "";

    [OneTimeSetUp]
    public void TrainWithoutStopping()
    {
        // A shell's background job ignores it; the runs would too, and never end.
        if (Ignores(Interrupt)) _ = Handle(Interrupt, Default);
        job = new SyntheticRun().WriteConfig();
        whole = job["whole"];
        CliResult result = Cli.Finish(Cli.Start("train", job.Config, "--out", whole, "--threads", "2"));
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
    }

    [OneTimeTearDown]
    public void RemoveFolder() => job.Dispose();

    [Test]
    public void Whole_HasEveryFile()
    {
        string[] files =
        [
            "config.json", "metrics.jsonl", "metrics.csv", "model.safetensors", "evaluation.json", "embeddings.npy",
            "labels.npy", "report.html", "log.txt",
        ];
        foreach (string file in files)
            Assert.That(File.Exists(Path.Combine(whole, file)), Is.True, file);
        Assert.That(SyntheticRun.Metrics(whole), Has.Length.EqualTo(32));
    }

    [Test]
    public void SameSeed_SameRun()
    {
        CliResult result = Cli.Run("train", job.Config, "--out", job["again"], "--threads", "2");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        AssertSame(job["again"]);
    }

    [Test, Platform(Exclude = "Win")]
    public void Killed_AtRandomMoments_GoesOnExactly()
    {
        Random random = new(3);
        for (int round = 0; round < 4; round++)
        {
            string run = job[$"killed-{round}"];
            for (int kills = 0; kills < 3; kills++)
            {
                using Process process = Cli.Start("train", job.Config, "--out", run, "--threads", "2", "--resume");
                if (process.WaitForExit(random.Next(50, 900))) break;
                Assert.That(Signal(process.Id, Kill), Is.Zero);
                process.WaitForExit();
            }
            Resume(run);
            AssertSame(run);
        }
    }

    [TestCase(Interrupt, 130), TestCase(Terminate, 143), Platform(Exclude = "Win")]
    public void Signalled_SavesAndExits(int signal, int code)
    {
        string run = job[$"signalled-{signal}"];
        using Process process = Cli.Start(
            "train", job.Config, "--out", run, "--threads", "2", "--set", "train.epochs=100000");
        WaitForSteps(run, 5, process);
        Assert.That(Signal(process.Id, signal), Is.Zero);
        CliResult result = Cli.Finish(process);
        Assert.That(result.ExitCode, Is.EqualTo(code), result.Error);
        Assert.That(result.Error, Does.Contain("--resume"));
        int steps = SyntheticRun.Metrics(run).Length;
        Assert.That(
            Directory.Exists(Path.Combine(run, "checkpoints", $"step-{steps}")), Is.True, "saved at the very step");
    }

    /// <summary>While a run begins: what is said of it is so.</summary>
    [Test, Platform(Exclude = "Win")]
    public void Interrupted_WhileItBegins_SaysWhatIsKept()
    {
        string run = job["begun"];
        using Process process = Cli.Start("train", job.Config, "--out", run, "--set", "train.epochs=100000");
        while (!File.Exists(Path.Combine(run, "log.txt"))) Thread.Sleep(1);
        Assert.That(Signal(process.Id, Interrupt), Is.Zero);
        CliResult result = Cli.Finish(process);
        Assert.That(result.ExitCode, Is.EqualTo(130), result.Error);
        Assert.That(
            result.Error,
            Does.Contain(Directory.Exists(run) ? $"--resume {run}" : "before the first step: nothing is kept"));
    }

    [Test]
    public void SecondProcess_IsRefused()
    {
        string run = job["locked"];
        using Process process = Cli.Start("train", job.Config, "--out", run, "--set", "train.epochs=100000");
        WaitForSteps(run, 1, process);
        CliResult second = Cli.Run("train", "--resume", run);
        process.Kill();
        process.WaitForExit();
        Assert.That(second.ExitCode, Is.EqualTo(CommandLine.BadInput));
        Assert.That(second.ErrorLines, Has.Length.EqualTo(1).And.All.Contains("in use"));
    }

    [Test]
    public void Finished_Resumed_ChangesNothing()
    {
        Resume(whole);
        Assert.That(SyntheticRun.Metrics(whole), Has.Length.EqualTo(32));
    }

    void Resume(string run)
    {
        CliResult result = Cli.Run("train", job.Config, "--out", run, "--threads", "2", "--resume");
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Error, Does.Not.Contain("skipping"), "no checkpoint is ever broken");
    }

    void AssertSame(string run)
    {
        Assert.That(SyntheticRun.Metrics(run), Is.EqualTo(SyntheticRun.Metrics(whole)));
        Assert.That(Table(run), Is.EqualTo(Table(whole)));
        foreach (string file in (string[])["model.safetensors", "embeddings.npy", "labels.npy"])
            Assert.That(
                File.ReadAllBytes(Path.Combine(run, file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, file))),
                file);
    }

    /// <summary>The first columns of metrics.csv, to the loss.</summary>
    static IEnumerable<string> Table(string run) =>
        File.ReadLines(Path.Combine(run, "metrics.csv")).Select(line => string.Join(',', line.Split(',')[..3]));

    static void WaitForSteps(string run, int steps, Process process)
    {
        string metrics = Path.Combine(run, "metrics.jsonl");
        while (!File.Exists(metrics) || File.ReadLines(metrics).Count() < steps)
        {
            Assert.That(process.HasExited, Is.False, "the run ended by itself");
            Thread.Sleep(20);
        }
    }

    /// <summary>Whether this process, as those that it starts, ignores a signal; false where nothing tells.</summary>
    static bool Ignores(int signal)
    {
        const string status = "/proc/self/status", ignored = "SigIgn:";
        if (!File.Exists(status)) return false;
        string line = File.ReadLines(status).First(line => line.StartsWith(ignored));
        return (Convert.ToUInt64(line[ignored.Length..].Trim(), 16) >> signal - 1 & 1) != 0;
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Signal(int process, int signal);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Handle(int signal, nint handler);
}
