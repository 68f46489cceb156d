using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Models;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>A device that is full in the middle of a run: a line that offers a smaller batch.</summary>
public sealed class DeviceFullTests
{
    [Test]
    public void Training_OnAFullDevice_OffersASmallerBatch_AndThenWorks()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig(epochs: 1);
        using CpuBackend backend = new(threads: 1);
        ShortMemory memory = new(backend.Memory);
        // Enough for the parameters and the optimizer, not for a step.
        memory.BlocksLeft = 25;
        UserErrorException error = Assert.Throws<UserErrorException>(() => Train())!;
        Assert.That(error.Message, Does.Contain("the batch has 24 images").And.Contain("train.gradientCache=12"));
        Assert.That(Directory.Exists(job["run"]), Is.False, "nothing to go on with");
        Assert.That(memory.Live, Is.Zero);
        memory.BlocksLeft = null;
        Assert.That(Train(), Is.Null);
        Assert.That(SyntheticRun.Metrics(job["run"]), Has.Length.EqualTo(4));

        // And where there is no room for all of the parameters and the optimizer.
        for (int left = 0; left < 11; left++)
        {
            memory.BlocksLeft = left;
            Assert.That(() => Train("none"), Throws.TypeOf<DeviceOutOfMemoryException>(), $"{left} blocks");
            Assert.That(memory.Live, Is.Zero, $"{left} blocks");
        }

        int? Train(string run = "run")
        {
            using Device device = new("cpu", new GuardedBackend(backend, memory));
            return TrainingRun.Start(
                new TrainRequest(new RunFolder(job[run]), job.Config, IsResumed: false), [], device,
                new Terminal(new StringWriter(), new StringWriter()), json: false, new Ranks(null));
        }
    }
}
