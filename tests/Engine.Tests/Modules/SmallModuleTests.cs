using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Modules;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class SmallModuleTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Sequential_ReleasesWhatLiesBetween_InInference()
    {
        Sequential network = new(Device, new Activation<Square>(Device), new Identity(Device), new Flatten(Device),
            new TripletGpu.Modules.Relu(Device), new Activation<Negate>(Device));
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(1, 2, 2), [1f, -2, 3, -4]);
        long before = Device.Pool.LiveBytes;
        Tensor y = network.Forward(x);
        Assert.That(Device.Pool.LiveBytes, Is.EqualTo(before + 16));
        Assert.That(x.IsReleased, Is.False);
        Assert.That(y.ToArray(), Is.EqualTo(new[] { -1f, -4, -9, -16 }));
    }

    [Test]
    public void Dropout_OfAResumedStep_DropsTheSame()
    {
        Sequential network = TwoDropouts();
        float[] first = Run(network, 7), next = Run(network, 8);
        Assert.That(Run(TwoDropouts(), 7), Is.EqualTo(first));
        Assert.That(next, Is.Not.EqualTo(first));
    }

    [Test]
    public void Dropout_LayersOfOneStep_DropDifferently()
    {
        // Two layers with the same mask would keep half the elements, not a quarter.
        Assert.That(Run(TwoDropouts(), 1).Average(v => v == 0 ? 0f : 1), Is.EqualTo(0.25f).Within(0.05f));
    }

    [Test]
    public void Dropout_InInference_PassesItsInput()
    {
        Dropout layer = new(Device, 0.5f, seed: 1);
        layer.Train(false);
        using Step step = Device.BeginStep(record: false);
        Tensor x = Ones();
        Assert.That(layer.Forward(x), Is.SameAs(x));
    }

    Sequential TwoDropouts() =>
        new(Device, new Dropout(Device, 0.5f, seed: 3, layer: 0), new Dropout(Device, 0.5f, seed: 3, layer: 1));

    float[] Run(Module network, long number)
    {
        network.SetStep(number);
        using Step step = Device.BeginStep(record: false);
        return network.Forward(Ones()).ToArray();
    }

    Tensor Ones() => Device.Tensor(new Shape(1000), [.. Enumerable.Repeat(1f, 1000)]);
}
