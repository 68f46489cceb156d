using TripletGpu.Backends.Cpu;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Display;
using TripletGpu.Runner.Distributed;
using TripletGpu.Runner.Evaluation;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>Training holds what it needs, and no more with every step.</summary>
public sealed class SteadyStateTests
{
    const int FirstStep = 60, LastStep = 264;

    // The list of evaluations and the runtime's own tables grow a little; a leak of one batch a step would be 15 MB.
    const long ManagedSlack = 256 << 10;

    [Test]
    public void Training_KeepsParametersAndOptimizerState_AndNothingElse()
    {
        using SyntheticRun job = new SyntheticRun().WriteConfig(epochs: LastStep / 4, checkpointEverySteps: 50);
        using ProgressLine progress = new(new Terminal(TextWriter.Null, TextWriter.Null));
        using Device device = new("cpu", new CpuBackend(2));
        RunConfig config = ConfigReader.Read(job.Config, []);
        DatasetSplits data = Datasets.Open(config, progress.WriteLine);
        using TrainingParts parts = TrainingParts.Build(config, data, device);
        // And a word for each parameter and the loss that says whether it was finite, one that says how long it is, and
        // two for all. Parameters begin at multiples of sixteen elements.
        long marks = 2 * parts.Network.Parameters().Count + 4;
        long kept = 4 * (marks + parts.Network.Parameters().Sum(p => Room(p.Value.Shape))
            + parts.Optimizer.States.Sum(s => s.Tensors.Sum(t => Room(t.Value.Shape))));

        static long Room(Shape shape) => (shape.Count + 15) / 16 * 16;

        RunFolder folder = new(job["run"]);
        Directory.CreateDirectory(folder.Path);
        using RunLog log = new(folder.Log, progress);
        using Interruption interruption = new();
        Trainer trainer = new(
            parts, new RunFiles(folder, 2), new RunEvaluator(config, data, parts.Network, progress), log, progress,
            interruption, new Ranks(null));
        long step = 0, managed = 0, reserved = 0;

        TrainingState state = trainer.Run(new TrainingState(), () =>
        {
            Assert.That(device.Pool.LiveBytes, Is.EqualTo(kept), $"after step {++step}");
            if (step is not (FirstStep or LastStep)) return;
            (long before, managed) = (managed, GC.GetTotalMemory(forceFullCollection: true));
            if (step == FirstStep) reserved = device.Pool.ReservedBytes;
            else Assert.That(managed - before, Is.LessThan(ManagedSlack), "managed bytes");
        });

        Assert.That(state.Step, Is.EqualTo(LastStep));
        Assert.That(device.Pool.ReservedBytes, Is.EqualTo(reserved), "the pool asks the device for nothing more");
    }
}
