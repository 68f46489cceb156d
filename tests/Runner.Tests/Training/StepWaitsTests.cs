using System.Text.Json.Nodes;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Runner.Configuration;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

/// <summary>
/// A step in the eyes of a GPU's driver: uploads, then kernels without a gap, then one read. And not more kernels than
/// it takes.
/// </summary>
public sealed class StepWaitsTests
{
    // More than before is a loss on a card, where each launch of a small kernel costs some 5 microseconds. A device
    // that is a CPU has forms of its own. ResNet50's tiles for GPUs would take half a minute there.
    [TestCase("small-cnn", false, 26)]
    [TestCase("small-cnn", true, 26)]
    [TestCase("nn2", false, 502)]
    [TestCase("nn2", true, 512)]
    [TestCase("resnet50", true, 437)]
    public void AStep_WaitsOnce_AfterTheUpdate(string kind, bool isCpu, int launches)
    {
        JsonObject model = new() { ["kind"] = kind, ["embedding"] = 16 };
        if (kind != "small-cnn") model["input"] = new JsonArray(1, 28, 28);
        if (kind == "nn2") (model["width"], model["stem"]) = (4, "stride1");
        string[] issued = Step(model, isCpu);
        int first = Array.FindIndex(issued, IsKernel), last = Array.FindLastIndex(issued, IsKernel);
        Assert.That(issued[..first], Has.All.EqualTo("upload"));
        Assert.That(issued[first..last], Has.None.EqualTo("upload").And.None.EqualTo("wait"));
        Assert.That(issued[last], Does.Contain("Update"));
        Assert.That(issued[(last + 1)..^1], Has.All.EqualTo("copy"));
        Assert.That(issued[^1], Is.EqualTo("wait"));
        Assert.That(issued.Count(IsKernel), Is.LessThanOrEqualTo(launches));
    }

    [Test]
    public void AStepInChunks_WaitsOnce_Too()
    {
        JsonObject model = new() { ["kind"] = "small-cnn", ["embedding"] = 16 };
        string[] issued = Step(model, isCpu: false, "train.gradientCache=10");
        Assert.That(issued.Count("wait".Equals), Is.EqualTo(1));
        Assert.That(issued[^1], Is.EqualTo("wait"));
    }

    /// <summary>What the third step of a run issues, in the forms for GPUs or for CPUs.</summary>
    static string[] Step(JsonObject model, bool isCpu, params string[] settings)
    {
        using IGpuDriver driver = TestDevices.OpenDriver("opencl");
        AlteredDriver altered = new(driver, driver.Capabilities with { IsCpu = isCpu });
        using SyntheticRun job = new SyntheticRun().WriteConfig(model: model);
        using Device device = new("opencl", new GpuBackend(altered));
        RunConfig config = ConfigReader.Read(job.Config, settings);
        DatasetSplits data = Datasets.Open(config, _ => { });
        using TrainingParts parts = TrainingParts.Build(config, data, device);
        using BatchPrefetcher batches = new(parts.Batches, BatchPosition.After(0, parts.Batches.BatchesPerEpoch));
        TrainingStep step = new(parts);
        for (int number = 1; number <= 3; number++)
        {
            altered.Issued.Clear();
            step.Run(new StepStart(number, 1, 0, 0), batches.Take(), out _);
        }
        return [.. altered.Issued];
    }

    static bool IsKernel(string issued) => issued is not ("upload" or "copy" or "wait");
}
