using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.MetricLearning;

/// <summary>A GPU chooses the triplets that the CPU chooses, bit for bit, in little memory.</summary>
public sealed class GpuMiningTests
{
    const long MostBytes = 4_000_000;

    readonly Device cpu = new("cpu", new CpuBackend());
    IGpuDriver opened = null!;
    AlteredDriver driver = null!;
    Device gpu = null!;

    [OneTimeSetUp]
    public void OpenDevice()
    {
        OpenClDevice? device = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (device is null) TestDevices.Skip("opencl", reason);
        opened = device!.Open();
        driver = new AlteredDriver(opened);
        gpu = new Device("opencl", new GpuBackend(driver));
    }

    [OneTimeTearDown]
    public void CloseDevices()
    {
        gpu?.Dispose();
        driver?.Dispose();
        opened?.Dispose();
        cpu.Dispose();
    }

    [Test]
    public void FaceNetsBatch_EveryRule_IsMinedAsOnTheCpu(
        [Values(MiningRule.Semihard, MiningRule.Facenet, MiningRule.RandomSemihard, MiningRule.DistanceWeighted,
            MiningRule.EasyPositive, MiningRule.EasyPositiveHard, MiningRule.BatchAll, MiningRule.AllSemihard,
            MiningRule.AllHard, MiningRule.Angular)] MiningRule rule,
        [Values] TripletDistance distance) =>
        Compare(new TripletSettings { Rule = rule, Distance = distance, Seed = 7, Draw = 3 }, Normal(1800, 128),
            [.. Enumerable.Range(0, 1800).Select(i => i * 7 % 45)], Tolerance.Sum);

    [Test]
    public void FaceNetsBatch_TakesLessThanFourMegabytes()
    {
        const int N = 1800, D = 128;
        gpu.Pool.Trim();
        using Device fresh = new("fresh", new GpuBackend(driver));
        long before = driver.Bytes;
        driver.PeakBytes = before;
        float[] embeddings = Normal(N, D);
        Mine(fresh, new TripletSettings(), embeddings, [.. Enumerable.Range(0, N).Select(i => i / 40)]);
        Assert.That(driver.PeakBytes - before - embeddings.Length * sizeof(float), Is.LessThan(MostBytes));
    }

    /// <summary>One class that shared memory does not hold, one of a row, and classes of two.</summary>
    [TestCase(MiningRule.Semihard)]
    [TestCase(MiningRule.Hard)]
    [TestCase(MiningRule.EasyPositive)]
    [TestCase(MiningRule.RandomSemihard)]
    [TestCase(MiningRule.DistanceWeighted)]
    [TestCase(MiningRule.AllHard)]
    public void LargeClass_IsMinedAsOnTheCpu(MiningRule rule) =>
        Compare(new TripletSettings { Rule = rule, Margin = 1 }, Normal(701, 9),
            // Some rows are named by thousands of triplets.
            [.. Enumerable.Range(0, 701).Select(i => i < 600 ? -3 : i / 2)], Tolerance.Block);

    /// <summary>
    /// From distances that were measured before, three strips of them and two that are cut, by a group of items and by
    /// one: the same as in one launch.
    /// </summary>
    [Test]
    public void Measured_EveryRule_IsMinedAsOnTheCpu(
        [Values(MiningRule.Semihard, MiningRule.Facenet, MiningRule.Hard, MiningRule.RandomSemihard,
            MiningRule.DistanceWeighted, MiningRule.BatchAll, MiningRule.AllHard, MiningRule.Angular)] MiningRule rule,
        [Values] TripletDistance distance, [Values] bool isCpu)
    {
        AlteredDriver device = new(opened, opened.Capabilities with { IsCpu = isCpu, ComputeUnits = 4 });
        LaunchPlan plan = new(device.Capabilities) { LeastMeasured = 1, FittingPositives = 30 };
        using Device measured = new("measured", new GpuBackend(device, plan));
        // Between 25 and 35 positives: some anchors fit into shared memory.
        int[] labels = [.. Enumerable.Range(0, 170).Select(i => i * i % 7)];
        TripletSettings settings = new() { Rule = rule, Distance = distance, Seed = 7, Draw = 3 };
        Compare(settings, Normal(170, 21), labels, Tolerance.Sum, measured);
        Compare(settings with { Anchors = new(70, 60) }, Normal(170, 21), labels, Tolerance.Sum, measured);
        Assert.That(device.Issued.Count(k => k == "DistanceKernels.Measure"), Is.EqualTo(3 + 2));
    }

    void Compare(
        TripletSettings settings, float[] embeddings, int[] labels, Tolerance tolerance, Device? device = null)
    {
        Mined expected = Mine(cpu, settings, embeddings, labels);
        Mined actual = Mine(device ?? gpu, settings, embeddings, labels);
        Assert.That(actual.Statistics, Is.EqualTo(expected.Statistics));
        Assert.That(actual.Triplets.AsSpan().SequenceEqual(expected.Triplets), "triplets");
        Assert.That(actual.Losses.AsSpan().SequenceEqual(expected.Losses), "losses");
        Assert.That(actual.Loss, Is.EqualTo(expected.Loss).Within(1e-4).Percent);
        Close.AreClose(Array.ConvertAll(expected.Gradient, v => (double)v), actual.Gradient, tolerance, "gradient");
    }

    static Mined Mine(Device device, TripletSettings settings, float[] embeddings, int[] labels)
    {
        using Step step = device.BeginStep();
        Tensor x = device.Tensor(new Shape(labels.Length, embeddings.Length / labels.Length), embeddings);
        x.RequiresGradient = true;
        Tensor loss = x.TripletLoss(labels, settings, out TripletTable table);
        step.Backward(loss);
        return new Mined(table.Triplets.ToIntArray(), table.Losses.ToArray(), table.ReadStatistics(), loss.ToScalar(),
            step.Gradients[x].ToArray());
    }

    static float[] Normal(int n, int d) => Values.ToSingle(Values.Normal(n * d, new Random(n), 0.1));

    sealed record Mined(
        int[] Triplets, float[] Losses, TripletStatistics Statistics, float Loss, float[] Gradient);
}
