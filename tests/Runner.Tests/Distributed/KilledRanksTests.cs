using System.Diagnostics;
using System.Globalization;
using NUnit.Framework;
using TripletGpu.Runner.Tests.Commands;
using TripletGpu.Runner.Tests.Training;

namespace TripletGpu.Runner.Tests.Distributed;

/// <summary>
/// Kills random ranks at random moments, from the start of the processes on, and goes on each time. Minutes long:
/// <c>TRIPLETGPU_KILLS=100 dotnet test tests/Runner.Tests --filter FullyQualifiedName~KilledRanks</c>.
/// </summary>
[TestFixture(MpiLaunchers.OpenMpi)]
[TestFixture(MpiLaunchers.Mpich)]
[Explicit("minutes of processes that are killed")]
[NonParallelizable]
public sealed class KilledRanksTests(string mpi)
{
    const int MostSeconds = 30, MostRanks = 4;
    const double LatestSeconds = 8;

    static int Kills =>
        int.Parse(Environment.GetEnvironmentVariable("TRIPLETGPU_KILLS") ?? "10", CultureInfo.InvariantCulture);

    [Test]
    public void RandomRank_AtARandomMoment_EndsAllInTime_AndTheRunGoesOn()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig();
        string[] arguments =
        [
            "train", job.Config, "--out", job["run"], "--resume", "--device", "cpu", "--threads", "1",
            "--set", "schedule.kind=constant", "--set", "evaluate.everyEpochs=1",
            "--set", "train.checkpointEverySteps=3",
        ];
        Random random = new(1);
        int ended = 0, resumed = 0, first = 0;
        double longest = 0;
        for (int i = 0; i < Kills; i++)
        {
            int ranks = random.Next(2, MostRanks + 1), victim = random.Next(ranks);
            TimeSpan moment = TimeSpan.FromSeconds(random.NextDouble() * LatestSeconds);
            Process process = MpiLaunchers.Start(mpi, ranks, [.. arguments, "--set", "train.steps=1000000"]);
            Task<string> error = process.StandardError.ReadToEndAsync();
            process.StandardOutput.ReadToEndAsync();
            int[] started;
            while ((started = MpiLaunchers.Ranks(job["run"])).Length < ranks)
            {
                Assert.That(process.HasExited, Is.False, () => error.Result);
                Thread.Sleep(20);
            }
            Thread.Sleep(moment);
            Process.GetProcessById(started[victim]).Kill();
            Stopwatch ending = Stopwatch.StartNew();
            bool isInTime = process.WaitForExit(TimeSpan.FromSeconds(MostSeconds));
            longest = Math.Max(longest, ending.Elapsed.TotalSeconds);
            Assert.That(isInTime, Is.True, $"kill {i}: rank {victim} of {ranks} after {moment.TotalSeconds:0.0} s");
            Assert.That(process.ExitCode, Is.Not.Zero);
            Assert.That(MpiLaunchers.Ranks(job["run"]), Is.Empty, "no rank is left");
            ended++;
            first += victim == 0 ? 1 : 0;
            long before = Steps(job["run"]);
            CliResult again = Cli.Finish(MpiLaunchers.Start(
                mpi, random.Next(2, MostRanks + 1), [.. arguments, "--set", $"train.steps={before + 2}"]));
            Assert.That(again.ExitCode, Is.Zero, () => $"kill {i}: {again.Error}");
            Assert.That(Steps(job["run"]), Is.EqualTo(before + 2));
            resumed++;
        }
        TestContext.Out.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{mpi}: {Kills} kills, {first} of them of rank 0: {ended} ended in time, the slowest after"
            + $" {longest:0.0} s; {resumed} went on; {Steps(job["run"])} steps in all"));
    }

    static long Steps(string run)
    {
        string metrics = Path.Combine(run, "metrics.jsonl");
        return File.Exists(metrics) ? File.ReadLines(metrics).LongCount() : 0;
    }
}
