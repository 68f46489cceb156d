using System.Diagnostics;
using System.Text.Json.Nodes;
using TripletGpu.Runner.Commands;
using TripletGpu.Runner.Tests.Commands;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>
/// Many runs, each killed up to three times at moments of its whole length and then brought to its end: the metrics and
/// weights of a run that nobody stopped, bit for bit. <c>TRIPLET_KILLS</c> says how many runs of each network on each
/// device; the kill of every usual run of the tests is in <see cref="ResumeTests"/>.
/// </summary>
[Explicit("takes minutes")]
public sealed class KillTests
{
    const int KillsOfARun = 3;

    static readonly int runs =
        int.TryParse(Environment.GetEnvironmentVariable("TRIPLET_KILLS"), out int set) ? set : 50;

    [TestCase("small-cnn", "cpu")]
    [TestCase("small-cnn", "opencl:0")]
    [TestCase("mnist-nn2", "cpu")]
    [TestCase("mnist-nn2", "opencl:0")]
    public void Killed_GoesOnExactly(string network, string device)
    {
        bool isSmall = network == "small-cnn";
        using SyntheticRun job = new SyntheticRun().WriteConfig(epochs: 4, checkpointEverySteps: 2, isSmall ? null
            : new JsonObject
            {
                ["kind"] = "nn2",
                ["input"] = new JsonArray(1, 28, 28),
                ["embedding"] = 16,
                ["stem"] = "stride1",
                ["width"] = 4,
            });
        Finish(job, "warm", device); // builds and saves the kernels of OpenCL
        long started = Stopwatch.GetTimestamp();
        Finish(job, "whole", device);
        TimeSpan length = Stopwatch.GetElapsedTime(started);
        Random random = new(11);
        int killed = 0;
        for (int run = 0; run < runs; run++)
        {
            string name = $"run-{run}";
            for (int kill = 0; kill < KillsOfARun; kill++)
            {
                using Process process = Cli.Start([.. Arguments(job, name, device)]);
                if (process.WaitForExit(TimeSpan.FromTicks(random.NextInt64(length.Ticks)))) break;
                process.Kill(); // SIGKILL
                process.WaitForExit();
                killed++;
            }
            CliResult result = Finish(job, name, device);
            Assert.That(result.Error, Does.Not.Contain("skipping"), "no checkpoint is ever broken");
            AssertSame(job["whole"], job[name], name);
            Directory.Delete(job[name], recursive: true);
        }
        TestContext.Out.WriteLine($"{network} on {device}: {runs} runs killed {killed} times, all equal");
    }

    static CliResult Finish(SyntheticRun job, string name, string device)
    {
        using Process process = Cli.Start([.. Arguments(job, name, device)]);
        CliResult result = Cli.Finish(process);
        Assert.That(result.ExitCode, Is.EqualTo(CommandLine.Done), $"{name}: {result.Error}");
        return result;
    }

    static IEnumerable<string> Arguments(SyntheticRun job, string name, string device) =>
        ["train", job.Config, "--out", job[name], "--device", device, "--threads", "2", "--resume"];

    static void AssertSame(string whole, string run, string name)
    {
        Assert.That(SyntheticRun.Metrics(run), Is.EqualTo(SyntheticRun.Metrics(whole)), name);
        foreach (string file in (string[])["model.safetensors", "embeddings.npy", "labels.npy"])
            Assert.That(
                File.ReadAllBytes(Path.Combine(run, file)), Is.EqualTo(File.ReadAllBytes(Path.Combine(whole, file))),
                $"{name}: {file}");
    }
}
