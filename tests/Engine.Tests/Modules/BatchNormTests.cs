using TripletGpu.Autograd;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Modules;

/// <summary>When batch norm uses and moves its running statistics.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class BatchNormTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Statistics_MoveInTrainingOnly_AndNotWhenFrozen()
    {
        BatchNorm2d norm = new(Device, 3);
        norm.Initialize(1);
        Assert.That(norm.Parameters().Select(p => p.Name),
            Is.EqualTo(new[] { "weight", "bias", "running_mean", "running_var" }));
        float[] x = Values.ToSingle(Values.Normal(2 * 3 * 4 * 4, new Random(1)));

        norm.IsFrozen = true;
        float[] frozen = Forward(norm, x);
        norm.IsFrozen = false;
        norm.Train(false);
        Assert.That(Forward(norm, x), Is.EqualTo(frozen), "both normalise with the running statistics");
        Assert.That(norm.RunningMean.Value.ToArray(), Is.All.Zero);

        norm.Train(true);
        Assert.That(Forward(norm, x), Is.Not.EqualTo(frozen));
        Assert.That(norm.RunningMean.Value.ToArray(), Has.None.Zero);
        norm.Release();
    }

    [Test]
    public void Statistics_WithAnOutlierFirst_AreExact()
    {
        const int images = 3, plane = 40 * 40;
        float[] x = Values.ToSingle(Values.Normal(images * plane, new Random(1)));
        x[0] = 100;
        BatchNorm2d norm = new(Device, 1);
        norm.Initialize(1);
        norm.Train(true);
        using (Step step = Device.BeginStep(record: false))
            norm.Forward(Device.Tensor(new Shape(images, 1, 40, 40), x));
        double mean = x.Average(v => (double)v), variance = x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1);
        Close.AreClose([0.1 * mean], norm.RunningMean.Value.ToArray(), Tolerance.Normalization, "mean");
        Close.AreClose([0.9 + 0.1 * variance], norm.RunningVariance.Value.ToArray(), Tolerance.Sum, "variance");
        norm.Release();
    }

    [Test]
    public void Release_ReturnsAllMemory()
    {
        long before = Device.Pool.LiveBytes;
        BatchNormRelu norm = new(Device, 17);
        norm.Initialize(1);
        Forward(norm, new float[17 * 6]);
        norm.Release();
        Assert.That(Device.Pool.LiveBytes, Is.EqualTo(before));
    }

    float[] Forward(Module norm, float[] x)
    {
        using Step step = Device.BeginStep();
        int channels = (int)norm.Parameters()[0].Value.Count;
        return norm.Forward(Device.Tensor(new Shape(2, channels, 1, x.Length / channels / 2), x)).ToArray();
    }
}
