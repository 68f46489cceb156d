using TripletGpu.Autograd;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.MetricLearning;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests;

/// <summary>
/// Training small-cnn gives the same bits on every device and for any number of threads: what makes mining's choices,
/// which jump, comparable at all. Sums are in one order everywhere, and multiply-adds in them round once. A GPU of many
/// multiprocessors splits some sums to fill them: there losses are close.
/// </summary>
[TestFixture]
public sealed class SameBitsTests
{
    const int Steps = 6, Classes = 4, PerClass = 9, Batch = Classes * PerClass;
    const float CloseLosses = 1e-4f; // rounding grows with every step that learns from it
    static readonly Shape Image = new(1, 18, 17);

    static IEnumerable<TestCaseData> Devices =>
        from name in TestDevices.All
        from threads in name.StartsWith("cpu", StringComparison.Ordinal) ? new[] { 1, 3 } : [1]
        select new TestCaseData(name, threads);

    [TestCaseSource(nameof(Devices))]
    public void SixSteps_AnyDevice_GiveTheBitsOfOneThread(string name, int threads)
    {
        (float[] losses, float[][] weights) expected, actual;
        using (Device reference = TestDevices.Open("cpu-portable", threads: 1)) expected = Train(reference);
        using (Device device = TestDevices.Open(name, threads)) actual = Train(device);
        if (SumsInParts(name))
        {
            Assert.That(actual.losses, Is.EqualTo(expected.losses).AsCollection.Within(CloseLosses), "losses");
            return;
        }
        Assert.That(actual.losses, Is.EqualTo(expected.losses).AsCollection, "losses");
        for (int i = 0; i < expected.weights.Length; i++)
            Assert.That(actual.weights[i], Is.EqualTo(expected.weights[i]).AsCollection, $"parameter {i}");
    }

    /// <summary>
    /// Whether the device has so many multiprocessors that gradients of filters are summed in parts, to fill it: their
    /// bits are then its own.
    /// </summary>
    static bool SumsInParts(string name)
    {
        const int few = 8;
        if (name.StartsWith("cpu", StringComparison.Ordinal)) return false;
        using IGpuDriver driver = TestDevices.OpenDriver(name);
        return !driver.Capabilities.IsCpu && driver.Capabilities.ComputeUnits > few;
    }

    static (float[] Losses, float[][] Weights) Train(Device device)
    {
        SmallCnn network = new(device, Image, embedding: 70, dropout: 0);
        network.Initialize(seed: 3);
        Adam optimizer = new(network.Parameters());
        int[] labels = [.. Enumerable.Range(0, Batch).Select(i => i % Classes)];
        var random = new Random(1);
        float[] losses = new float[Steps];
        for (int i = 0; i < Steps; i++)
        {
            using Step step = device.BeginStep();
            Shape shape = new([Batch, .. Image.ToArray()]);
            Tensor x = device.Tensor(shape, Values.ToSingle(Values.Normal((int)shape.Count, random)));
            Tensor loss = network.Forward(x).TripletLoss(labels, new TripletSettings { Margin = 0.4f });
            step.Backward(loss);
            losses[i] = loss.ToScalar();
            optimizer.Update(step.Gradients, learningRate: 0.003f);
        }
        float[][] weights = [.. network.Parameters().Select(p => p.Value.ToArray())];
        optimizer.Release();
        network.Release();
        return (losses, weights);
    }
}
