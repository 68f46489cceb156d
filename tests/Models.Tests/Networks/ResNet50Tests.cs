using TripletGpu.Models.Networks;
using TripletGpu.Models.Summary;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Networks;

/// <summary>ResNet50 against torchvision's.</summary>
public sealed class ResNet50Tests(string device) : DeviceFixture(device)
{
    [Test]
    public void Parameters_AreTorchvisions()
    {
        ResNet50 network = new(Device, new ResNet50Settings { Outputs = 1000 });
        Parameter[] weights = [.. network.Parameters().Where(p => !p.IsStatistic)];
        Assert.That(weights.Sum(p => p.Value.Count), Is.EqualTo(25_557_032));
        Assert.That(network.Parameters(), Has.Count.EqualTo(161 + 2 * 53));
        Assert.That(weights.Select(p => p.Name), Is.SupersetOf(new[]
        {
            "conv1.weight", "bn1.bias", "layer1.0.conv3.weight", "layer1.0.downsample.0.weight",
            "layer1.0.downsample.1.bias", "layer4.2.bn3.weight", "fc.weight", "fc.bias",
        }));
        network.Release();
    }

    [TestCase(false, 4.089e9)]
    [TestCase(true, 3.858e9)] // He et al. 2015: 3.8 billion
    public void Macs_FollowTheStride(bool strideOnFirst, double macs)
    {
        ResNet50 network = new(Device, new ResNet50Settings { Outputs = 1000, StrideOnFirst = strideOnFirst });
        Assert.That(NetworkSummary.Of(network, network.ImageShape).Macs, Is.EqualTo(macs).Within(0.001e9));
        network.Release();
    }

    [Test]
    public void TrainingSteps_MatchPyTorch()
    {
        ResNet50 network = new(Device, new ResNet50Settings { Input = new Shape(3, 34, 34), Outputs = 16, Width = 2 });
        using GoldenTraining golden = new("resnet50.safetensors");
        golden.Check(network);
        network.Release();
    }
}
