using TripletGpu.Autograd;
using TripletGpu.Inference;
using TripletGpu.Models.Networks;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Networks;

/// <summary>Plans of whole networks compute what the networks compute, without a batch norm left.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class NetworkPlanTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Nn2_IsPlanned()
    {
        PlanGraph graph = AssertPlanned(new Nn2(
            Device, new Nn2Settings { Input = new Shape(1, 28, 28), Embedding = 16, Width = 16, StemStride = 1 }));
        Assert.That(graph.Nodes.Count(node => node.Op is TripletGpu.Ops.Conv2d { Relu: true }), Is.EqualTo(59));
    }

    [Test]
    public void ResNet50_IsPlanned()
    {
        PlanGraph graph = AssertPlanned(new ResNet50(
            Device, new ResNet50Settings { Input = new Shape(3, 64, 64), Outputs = 16, Width = 16 }));
        TripletGpu.Ops.Conv2d[] convolutions = [.. graph.Nodes.Select(node => node.Op).OfType<TripletGpu.Ops.Conv2d>()];
        Assert.That(convolutions, Has.Length.EqualTo(53));
        Assert.That(convolutions.Count(conv => conv is { HasResidual: true, Relu: true }), Is.EqualTo(16));
        Assert.That(convolutions.Count(conv => !conv.Relu), Is.EqualTo(4), "the projections of the shortcuts");
        bool hasBlocks = Device.Backend.Convolution.ChannelBlock > 0;
        Assert.That(convolutions[0].Pool is not null, Is.EqualTo(hasBlocks), "a CPU pools the first layer's lines");
        Assert.That(
            graph.Nodes.Select(node => node.Op.Name).Except(["Conv2d", "MaxPool2d"]),
            Is.EquivalentTo(new[] { "Conv2dMaxPool", "GlobalAveragePool", "Linear", "L2Normalize" }
                .Skip(hasBlocks ? 0 : 1)));
        Assert.That(graph.Nodes.Count(node => node.Op.Name == "MaxPool2d"), Is.EqualTo(hasBlocks ? 0 : 1));
        Assert.That(
            graph.Nodes.Count(node => node.Op is TripletGpu.Ops.Conv2d && node.Output.Block > 0),
            Is.EqualTo(hasBlocks ? 53 : 0), "the first layer's maxima as well");
        Assert.That(graph.Nodes.Select(node => node.Op.Name), Has.None.EqualTo("MapLayout"), "no map is turned");
    }

    PlanGraph AssertPlanned(EmbeddingNetwork network)
    {
        network.Initialize(1);
        Random random = new(2);
        foreach (Parameter statistic in network.Parameters().Where(p => p.IsStatistic))
            statistic.Value.CopyFrom(Values.ToSingle(Values.Uniform((int)statistic.Value.Count, random, 0.5, 2)));
        using PlannedNetwork planned = new(network);
        Shape shape = new([2, .. network.ImageShape.ToArray()]);
        float[] x = Values.ToSingle(Values.Uniform((int)shape.Count, random, 0, 1));
        float[] actual = new float[2 * network.Dimension];
        planned.Run(shape, x, actual);
        using Step step = Device.BeginStep(record: false);
        float[] expected = network.Forward(Device.Tensor(shape, x)).ToArray();
        Close.AreClose([.. expected.Select(v => (double)v)], actual, Tolerance.Block, "planned");
        PlanGraph graph = planned.Plan(shape)!.Graph;
        Assert.That(graph.Nodes.Select(node => node.Op).OfType<TripletGpu.Ops.BatchNorm>(), Is.Empty);
        network.Release();
        return graph;
    }
}
