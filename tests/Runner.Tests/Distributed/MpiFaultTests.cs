using System.Diagnostics;
using NUnit.Framework;
using TripletGpu.Models.Serialization;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Distributed;

/// <summary>
/// Faults of one rank that only its own process meets: memory, disk, a value that is no number, another input. All
/// ranks end in time, one line says why, and the run goes on from its last checkpoint.
/// </summary>
[TestFixture(MpiLaunchers.OpenMpi)]
[TestFixture(MpiLaunchers.Mpich)]
[NonParallelizable]
public sealed class MpiFaultTests(string mpi)
{
    const int MostSeconds = 30;

    static readonly string[] endless =
    [
        "--set", "train.steps=1000000", "--set", "schedule.kind=constant", "--set", "evaluate.everyEpochs=0",
        "--set", "train.checkpointEverySteps=20", "--device", "cpu", "--threads", "1",
    ];

    [Test]
    public void FullDisk_OfRankZero_EndsAll_AndTheRunGoesOnWhenThereIsRoom()
    {
        using TemporaryFolder folder = new();
        string disk = Directory.CreateDirectory(folder["disk"]).FullName;
        if (Run("mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk) != 0)
            Assert.Ignore("this user cannot mount a small disk");
        try
        {
            using SyntheticRun job = new SyntheticRun().WriteConfig();
            string run = Path.Combine(disk, "run"), ballast = Path.Combine(disk, "ballast");
            Process process = MpiLaunchers.Start(mpi, 2, ["train", job.Config, "--out", run, .. endless]);
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEndAsync();
            WaitForCheckpoint(run, process, error);
            Fill(ballast);
            AssertEnds(process, error, "No space left on device", run);
            File.Delete(ballast);
            AssertGoesOn(job, run);
        }
        finally
        {
            Run("umount", "-l", disk);
        }
    }

    [Test]
    public void Memory_OfOneRank_EndsAll()
    {
        if (!OperatingSystem.IsLinux()) Assert.Ignore("limits of memory are set by prlimit");
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        // Training soon goes on in the memory that it has, so that a limit does not touch it. The first evaluation
        // wants more, some seconds after the limit: the embeddings alone are 40 MB.
        const int stepsOfEpoch = 4, epochs = 600, tests = 10_000;
        job.WriteTests(tests);
        string[] settings =
        [
            "--set", "model.embedding=1024", "--set", $"data.testImages={job["tests.npy"]}", "--set",
            $"data.testLabels={job["testLabels.npy"]}",
        ];
        Process process = MpiLaunchers.Start(
            mpi, 2, ["train", job.Config, "--out", job["run"], .. endless, .. settings, "--set",
                $"evaluate.everyEpochs={epochs}"]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEndAsync();
        WaitForCheckpoint(job["run"], process, error);
        int rank = MpiLaunchers.Ranks(job["run"])[1];
        Assert.That(Run("prlimit", "--pid", $"{rank}", "--data=1000000"), Is.Zero);
        Assert.That(StepsOf(job["run"]), Is.LessThan(stepsOfEpoch * epochs), "the limit came too late");
        WaitUntil(() => process.HasExited || StepsOf(job["run"]) >= stepsOfEpoch * epochs, "no evaluation");
        AssertEnds(process, error, "rank 1 of 2", "memory");
        AssertGoesOn(job, job["run"], settings);
    }

    [Test]
    public void NotANumber_OnOneRank_EndsAll_AndNamesIt()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        float[] images = Npy.ReadFloats(job["images.npy"]).Values;
        // Finite, and too large for the first layer: the last image of the first batch of the files' order.
        const int batch = 12, pixels = 28 * 28;
        images.AsSpan((batch - 1) * pixels, pixels).Fill(3e38f);
        Npy.Write(job["images.npy"], new Shape(images.Length / pixels, 1, 28, 28), images);
        Process process = MpiLaunchers.Start(
            mpi, 3, ["train", job.Config, "--out", job["run"], .. endless, "--set", "sampler.kind=sequential", "--set",
                $"sampler.batch={batch}"]);
        Task<string> error = process.StandardError.ReadToEndAsync();
        process.StandardOutput.ReadToEndAsync();
        AssertEnds(process, error, "on rank 2", "step 1");
    }

    [Test]
    public void OtherImages_OfOneRank_AreNamed()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        using SyntheticRun other = new SyntheticRun().WriteConfig();
        int[] labels = Npy.ReadIntegers(other["labels.npy"]).Values;
        (labels[0], labels[1]) = (labels[1], labels[0]);
        Npy.Write(job["other.npy"], new Shape(labels.Length), labels);
        string[] same = ["train", job.Config, "--out", job["run"], .. endless];
        CliResult result = Cli.Finish(MpiLaunchers.StartParts(
            mpi, same, [.. same, "--set", $"data.labels={job["other.npy"]}"]));
        Assert.That(result.ExitCode, Is.Not.Zero);
        Assert.That(result.Error, Does.Contain("rank 1 of 2 has another config than rank 0"));
    }

    void AssertGoesOn(SyntheticRun job, string run, params string[] settings)
    {
        int steps = StepsOf(run);
        CliResult resumed = Cli.Finish(MpiLaunchers.Start(
            mpi, 3, ["train", job.Config, "--out", run, "--resume", "--device", "cpu", "--threads", "1", "--set",
                $"train.steps={steps + 3}", "--set", "train.keep=1", .. settings]));
        Assert.That(resumed.ExitCode, Is.Zero, resumed.Error);
        Assert.That(resumed.Error, Does.Contain("going on after step"));
    }

    static void AssertEnds(Process process, Task<string> error, params string[] words)
    {
        Assert.That(process.WaitForExit(TimeSpan.FromSeconds(MostSeconds)), Is.True, "it has not ended");
        Assert.That(process.ExitCode, Is.Not.Zero);
        foreach (string word in words) Assert.That(error.Result, Does.Contain(word));
    }

    static void WaitForCheckpoint(string run, Process launcher, Task<string> error)
    {
        string checkpoints = Path.Combine(run, "checkpoints");
        // Where there is a second one, the first is whole.
        WaitUntil(
            () => launcher.HasExited
                || Directory.Exists(checkpoints) && Directory.EnumerateDirectories(checkpoints, "step-*").Count() >= 2,
            "no checkpoint");
        Assert.That(launcher.HasExited, Is.False, () => error.Result);
    }

    /// <summary>Waits for minutes: what comes in seconds may take as long as that on a loaded machine.</summary>
    static void WaitUntil(Func<bool> condition, string otherwise)
    {
        Stopwatch waiting = Stopwatch.StartNew();
        while (!condition())
        {
            Assert.That(waiting.Elapsed.TotalMinutes, Is.LessThan(5), otherwise);
            Thread.Sleep(50);
        }
    }

    static int StepsOf(string run) => File.ReadLines(Path.Combine(run, "metrics.jsonl")).Count();

    /// <summary>Writes until there is no room left.</summary>
    static void Fill(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
            byte[] block = new byte[4096];
            while (true) file.Write(block);
        }
        catch (IOException)
        {
            // That was the purpose.
        }
    }

    static int Run(string program, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardError = true,
        })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
