using TripletGpu.Models.Networks;
using TripletGpu.Models.Summary;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Networks;

/// <summary>NN2 against the paper's table and against PyTorch (tests/Golden/make_networks.py).</summary>
public sealed class Nn2Tests(string device) : DeviceFixture(device)
{
    [TestCase(true, false, 7_464_224)]
    [TestCase(true, true, 7_472_144)] // OpenFace's count
    [TestCase(false, true, 7_456_304)]
    public void Parameters_AreAsManyAsKnown(bool batchNorm, bool bias, int count)
    {
        Nn2 network = new(Device, new Nn2Settings { BatchNorm = batchNorm, Bias = bias });
        Assert.That(network.Parameters().Where(p => !p.IsStatistic).Sum(p => p.Value.Count), Is.EqualTo(count));
        network.Release();
    }

    [Test]
    public void TrainingSteps_MatchPyTorch()
    {
        Nn2 network = new(Device, new Nn2Settings { Input = new Shape(3, 34, 34), Embedding = 16, Width = 4 });
        using GoldenTraining golden = new("nn2.safetensors");
        golden.Check(network);
        network.Release();
    }

    [Test]
    public void TrainingSteps_OnDigitsWithoutBatchNorm_MatchPyTorch()
    {
        Nn2 network = new(Device, new Nn2Settings
        {
            Input = new Shape(1, 28, 28),
            Embedding = 16,
            Width = 4,
            StemStride = 1,
            BatchNorm = false,
            Bias = true,
        });
        using GoldenTraining golden = new("nn2_mnist.safetensors");
        golden.Check(network);
        network.Release();
    }

    [Test]
    public void Modules_HaveThePapersCosts()
    {
        Nn2 network = new(Device, new Nn2Settings());
        NetworkSummary summary = NetworkSummary.Of(network, network.ImageShape);
        Assert.That(summary.Macs, Is.EqualTo(1_596_522_496).Within(0.0005e9));
        IReadOnlyList<Nn2ModuleCost> modules = Nn2ModuleCost.Of(network, summary);
        IEnumerable<string> rows =
            modules.Select(m => $"{m.Name} {string.Join('x', m.Output)} {m.Weights} {m.Macs / 1e6:0.00}");
        Assert.That(rows, Is.EqualTo(new[]
        {
            "conv1 64x112x112 9408 118.01", "inception2 192x56x56 114688 359.66", "inception3a 256x28x28 163328 128.05",
            "inception3b 320x28x28 227328 178.23", "inception3c 640x14x14 397312 107.98",
            "inception4a 640x14x14 544768 106.77", "inception4b 640x14x14 594432 116.51",
            "inception4c 640x14x14 653312 128.05", "inception4d 640x14x14 721408 141.40",
            "inception4e 1024x7x7 716800 56.20", "inception5a 1024x7x7 1587200 77.77",
            "inception5b 1024x7x7 1587200 77.77",
        }));
        network.Release();
    }

    [Test]
    public void Lrn_AndPooling_CanBeSwitched()
    {
        Shape input = new(1, 28, 28);
        Nn2 plain = new(
            Device, new Nn2Settings { Input = input, Width = 4, LocalResponseNorm = false, Pooling = Pooling.Max });
        string[] kinds = [.. NetworkSummary.Of(plain, input).Layers.Select(layer => layer.Kind)];
        Assert.That(kinds, Has.No.Member("LocalResponseNorm").And.No.Member("L2Pool2d"));
        plain.Release();
        Nn2 full = new(Device, new Nn2Settings { Input = input, Width = 4 });
        kinds = [.. NetworkSummary.Of(full, input).Layers.Select(layer => layer.Kind)];
        Assert.That(kinds.Count(k => k == "LocalResponseNorm"), Is.EqualTo(2));
        Assert.That(kinds.Count(k => k == "L2Pool2d"), Is.EqualTo(6));
        full.Release();
    }
}
