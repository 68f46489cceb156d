using System.Diagnostics;
using System.Text.Json.Nodes;
using NUnit.Framework;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;

namespace TripletGpu.Runner.Tests.Distributed;

/// <summary>Processes that MPI starts: what they compute, and how they end when one of them fails.</summary>
[TestFixture(MpiLaunchers.OpenMpi)]
[TestFixture(MpiLaunchers.Mpich)]
[NonParallelizable]
public sealed class MpiTests(string mpi)
{
    // A launcher's own waits, of which Open MPI's has two, and what a busy machine takes.
    const int MostSeconds = 30, SoonSeconds = 15;

    static readonly string[] short5 =
    [
        "--set", "loss.rule=batch-all", "--set", "loss.reduction=pairs",
        "--set", "optimizer.kind=sgd", "--set", "optimizer.learningRate=0.01", "--set", "schedule.kind=constant",
        "--set", "train.steps=5", "--set", "evaluate.everyEpochs=0", "--set", "train.winograd=false", "--threads", "1",
    ];

    static readonly string[] endless =
    [
        "--set", "train.steps=1000000", "--set", "schedule.kind=constant", "--set", "evaluate.everyEpochs=0",
        "--set", "train.checkpointEverySteps=20", "--threads", "1",
    ];

    [TestCase(2)]
    [TestCase(4)]
    public void Training_IsThatOfOneProcess_AndRepeats(int ranks)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        CliResult one = Cli.Finish(Cli.Start(["train", job.Config, "--out", job["one"], "--device", "cpu", .. short5]));
        Assert.That(one.ExitCode, Is.Zero, one.Error);
        foreach (string run in (string[])["several", "again"])
        {
            CliResult result = Cli.Finish(MpiLaunchers.Start(mpi, ranks, Arguments(job, run, [.. short5, "--json"])));
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Out, Does.Not.Contain("\u001b"), "no sequences of a terminal");
            Assert.That(JsonNode.Parse(result.Out)!["protocol"], Is.Not.Null);
        }
        Assert.That(SyntheticRun.Metrics(job["again"]), Is.EqualTo(SyntheticRun.Metrics(job["several"])));
        double[] expected = Losses(job["one"]), actual = Losses(job["several"]);
        Assert.That(actual, Has.Length.EqualTo(expected.Length));
        for (int i = 0; i < expected.Length; i++) Assert.That(actual[i], Is.EqualTo(expected[i]).Within(1e-4));
    }

    [Test]
    public void Killed_Rank_EndsAll_AndOtherRanksGoOn()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        Process process = MpiLaunchers.Start(mpi, 3, Arguments(job, "run", endless));
        Fault(process, job["run"], rank => rank.Kill());
        CliResult resumed = Cli.Finish(MpiLaunchers.Start(
            mpi, 2, ["train", "--resume", job["run"], "--device", "cpu", "--threads", "1", "--set",
                $"train.steps={StepsOf(job["run"]) + 3}"]));
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
    }

    [Test]
    public void Stopped_Rank_IsFoundOut()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        Process process = MpiLaunchers.Start(mpi, 2, Arguments(job, "run", endless));
        CliResult result = Fault(
            process, job["run"], rank => Process.Start("kill", ["-STOP", $"{rank.Id}"]).WaitForExit());
        Assert.That(result.Error, Does.Contain("has not been heard of for"));
        Assert.That(result.Error, Does.Contain($"triplet train --resume {job["run"]}"));
    }

    [Test]
    public void OtherConfig_OfOneRank_IsNamed()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        CliResult result = Cli.Finish(MpiLaunchers.StartParts(
            mpi, Arguments(job, "run", short5), Arguments(job, "run", [.. short5, "--set", "loss.margin=0.9"])));
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(Occurrences(result.Error, "rank 1 of 2 has another config than rank 0"), Is.EqualTo(1));
    }

    [Test]
    public void Divergence_EndsAll_WithOneLine()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        string[] wild = [.. endless, "--set", "optimizer.kind=sgd", "--set", "optimizer.learningRate=1e30"];
        CliResult result = Cli.Finish(MpiLaunchers.Start(mpi, 3, Arguments(job, "run", wild)));
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(Occurrences(result.Error, "Try a lower optimizer.learningRate"), Is.EqualTo(1), result.Error);
    }

    [Test]
    public void RanksOption_StartsTheLauncher()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        CliResult result = Cli.Finish(StartByOption([.. Arguments(job, "run", short5), "--ranks", "2", "--json"]));
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), result.Error);
        Assert.That(result.Out, Does.StartWith("{"));
        Assert.That(result.Error, Does.Contain("2 ranks"));
    }

    [Test]
    public void RanksOption_TellsOneLine_WhereARankFails()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        string[] wrong = [.. short5, "--set", "sampler.classes=1", "--set", "sampler.perClass=1", "--ranks", "2"];
        CliResult result = Cli.Finish(StartByOption(Arguments(job, "run", wrong)));
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
    }

    /// <summary>As a process alone does: all finish their step, rank 0 saves, and one line says so.</summary>
    [TestCase("INT", 130)]
    [TestCase("TERM", 143)]
    public void RanksOption_Interrupted_SavesAndEndsSoon(string signal, int code)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        using Process started = StartByOption([.. Arguments(job, "run", endless), "--ranks", "2"]);
        CliResult result = Fault(
            started, job["run"], _ => Process.Start("kill", [$"-{signal}", $"{started.Id}"]).WaitForExit(),
            SoonSeconds);
        Assert.That(result.ExitCode, Is.EqualTo(code), result.Error);
        Assert.That(Occurrences(result.Error, "interrupted at step"), Is.EqualTo(1), result.Error);
        Assert.That(result.ErrorLines[^1], Does.StartWith("interrupted at step"), result.Error);
    }

    [Test]
    public void RanksOption_KilledRank_EndsSoon_WithOneLine()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        using Process started = StartByOption([.. Arguments(job, "run", endless), "--ranks", "2"]);
        CliResult result = Fault(started, job["run"], rank => rank.Kill(), SoonSeconds);
        Assert.That(result.ErrorLines[^1], Does.StartWith("a rank ended without a word"));
        Assert.That(result.Out.Trim(), Is.Empty, "nor has the launcher");
    }

    /// <summary>Twice in a row, or before all ranks have begun: what the launcher makes of it is not told.</summary>
    [TestCase(50)]
    [TestCase(200)]
    [TestCase(500)]
    [TestCase(null)]
    public void RanksOption_InterruptedTwiceOrEarly_EndsWithoutTheLaunchersWords(int? milliseconds)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        using Process started = StartByOption([.. Arguments(job, "run", endless), "--ranks", "2"]);
        CliResult result;
        if (milliseconds is { } early)
        {
            Thread.Sleep(early);
            Interrupt();
            result = Cli.Finish(started);
        }
        else
            result = Fault(started, job["run"], _ => { Interrupt(); Interrupt(); }, SoonSeconds);
        Assert.That(result.ExitCode, Is.EqualTo(130), result.Error);
        Assert.That(result.Out.Trim(), Is.Empty);
        Assert.That(result.Error, Does.Not.Contain("without a word").And.Not.Contain("[warn]").And.Not.Contain("===="));
        Assert.That(() => MpiLaunchers.Ranks(job["run"]), Is.Empty.After(MostSeconds * 1000, 50));

        void Interrupt() => Process.Start("kill", ["-INT", $"{started.Id}"]).WaitForExit();
    }

    [Test]
    public void RanksOption_WhoseOutputNobodyReadsOn_IsDoneAllTheSame()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        using Process started = StartByOption([.. Arguments(job, "run", short5), "--ranks", "2"]);
        started.StandardOutput.Close();
        string error = started.StandardError.ReadToEnd();
        started.WaitForExit();
        Assert.That(started.ExitCode, Is.EqualTo(CommandLine.Done), error);
        Assert.That(error, Does.Not.Contain("without a word"));
    }

    [TestCase(2)]
    [TestCase(3)]
    public void EmbedAndEvaluate_GiveWhatOneProcessGives(int ranks)
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        Assert.That(Cli.Run([.. Arguments(job, "run", short5)]).ExitCode, Is.Zero);
        string[] embed = ["embed", job["run"], job["images.npy"], "--device", "cpu", "--threads", "1", "--out"];
        Assert.That(Cli.Run([.. embed, job["one.npy"]]).ExitCode, Is.Zero);
        CliResult several = Cli.Finish(MpiLaunchers.Start(mpi, ranks, [.. embed, job["several.npy"]]));
        Assert.That(several.ExitCode, Is.Zero, several.Error);
        Assert.That(several.Out.Trim(), Is.EqualTo($"96 embeddings of 16 in {job["several.npy"]}"));
        Assert.That(File.ReadAllBytes(job["several.npy"]), Is.EqualTo(File.ReadAllBytes(job["one.npy"])));
        string[] evaluate = ["evaluate", job["run"], "--device", "cpu", "--threads", "1", "--json"];
        CliResult one = Cli.Run(evaluate), measured = Cli.Finish(MpiLaunchers.Start(mpi, ranks, evaluate));
        Assert.That(measured.ExitCode, Is.Zero, measured.Error);
        Assert.That(measured.Out, Is.EqualTo(one.Out));
    }

    [TestCase("embed", "nowhere", "images.npy", "--out", "e.npy")]
    [TestCase("embed", "nowhere", "images.npy", "--out", "e.txt")]
    [TestCase("evaluate", "nowhere")]
    public void WrongInput_IsOneLine(params string[] arguments)
    {
        Stopwatch taken = Stopwatch.StartNew();
        CliResult result = Cli.Finish(StartByOption([.. arguments, "--ranks", "2"]));
        Assert.That(taken.Elapsed.TotalSeconds, Is.LessThan(SoonSeconds));
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.BadInput), result.Error);
        Assert.That(result.ErrorLines, Has.Length.EqualTo(1), result.Error);
    }

    /// <summary>The program, which starts this fixture's launcher.</summary>
    Process StartByOption(string[] arguments)
    {
        ProcessStartInfo start = Cli.StartInfo(arguments);
        start.Environment["TRIPLETGPU_MPIRUN"] = Path.GetFileName(MpiLaunchers.Find(mpi));
        return Process.Start(start)!;
    }

    static string[] Arguments(SyntheticRun job, string run, string[] more) =>
        ["train", job.Config, "--out", job[run], "--device", "cpu", .. more];

    /// <summary>Does something to rank 1 once there is a checkpoint, and waits for the end of all.</summary>
    static CliResult Fault(Process launcher, string run, Action<Process> toRank, int mostSeconds = MostSeconds)
    {
        Task<string> output = launcher.StandardOutput.ReadToEndAsync(), error = launcher.StandardError.ReadToEndAsync();
        Stopwatch waiting = Stopwatch.StartNew();
        while (!Directory.Exists(Path.Combine(run, "checkpoints"))
            || !Directory.EnumerateDirectories(Path.Combine(run, "checkpoints"), "step-*").Any())
        {
            Assert.That(launcher.HasExited, Is.False, () => error.Result);
            Assert.That(waiting.Elapsed.TotalMinutes, Is.LessThan(2), "no checkpoint");
            Thread.Sleep(50);
        }
        int[] ranks = MpiLaunchers.Ranks(run);
        toRank(Process.GetProcessById(ranks[1]));
        Assert.That(launcher.WaitForExit(TimeSpan.FromSeconds(mostSeconds)), Is.True, "it has not ended");
        Assert.That(launcher.ExitCode, Is.Not.Zero);
        return new CliResult(launcher.ExitCode, output.Result, error.Result);
    }

    static long StepsOf(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count();

    static double[] Losses(string run) =>
        [.. SyntheticRun.Metrics(run).Select(line => (double)JsonNode.Parse(line)!["loss"]!)];

    static int Occurrences(string text, string of) => text.Split(of).Length - 1;
}
