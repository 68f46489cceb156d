using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu;
using TripletGpu.Modules;
using TripletGpu.Runner.Book.Steps;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Runs;
using TripletGpu.Runner.Training;

namespace TripletGpu.Runner.Tests.Book;

/// <summary>
/// The walked step is the first step of <c>triplet train mnist-small</c>. With TRIPLETGPU_UPDATE_SNAPSHOTS=1 the stored
/// batch is written anew.
/// </summary>
public sealed class StepBatchTests
{
    [Test]
    public void Step_IsTheTrainersFirst()
    {
        RunConfig config = ConfigReader.Read("mnist-small", []);
        DatasetSplits data = Datasets.Open(config, _ => { });
        using Device device = new("cpu", new CpuBackend(2));
        using TrainingParts parts = TrainingParts.Build(config, data, device);
        Batch batch = parts.Batches.CreateBatch();
        parts.Batches.Fill(new BatchPosition(0, 0), batch);
        if (Environment.GetEnvironmentVariable("TRIPLETGPU_UPDATE_SNAPSHOTS") == "1")
        {
            File.WriteAllBytes(Stored(), StepBatch.Pack(batch.Labels, batch.Pixels));
            Assert.Ignore("the batch is written: build again");
        }
        StepBatch stored = StepBatch.Read();
        Assert.That(stored.Labels, Is.EqualTo(batch.Labels));
        Assert.That(stored.Pixels(), Is.EqualTo(batch.Pixels));

        StepMetrics metrics = new TrainingStep(parts).Run(new StepStart(1, 1, 0, 0), batch, out _);
        WalkedStep walked = WalkedStep.Run();
        Assert.That(walked["loss"].Numbers[0], Is.EqualTo(metrics.Loss));
        Assert.That(walked["rate"].Numbers[0], Is.EqualTo(metrics.LearningRate));
        foreach (Parameter parameter in parts.Network.Parameters())
            Assert.That(
                walked[$"after.{parameter.Name}"].Numbers, Is.EqualTo(parameter.Value.ToArray()), parameter.Name);
    }

    static string Stored([CallerFilePath] string file = "") =>
        Path.Combine(Path.GetDirectoryName(file)!, "../../../src/Runner/Book/Steps/batch.bin.gz");
}
