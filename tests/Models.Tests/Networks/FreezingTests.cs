using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Onnx;
using TripletGpu.Modules;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Networks;

/// <summary>What is frozen stays, statistics included; the rest trains.</summary>
public sealed class FreezingTests
{
    ResNet50 network = null!;

    [OneTimeSetUp]
    public void Open()
    {
        Device = TestDevices.Open("cpu-portable");
    }

    [OneTimeTearDown]
    public void Close() => Device.Dispose();

    [SetUp]
    public void Make()
    {
        network = new ResNet50(Device, new ResNet50Settings { Input = new Shape(3, 32, 32), Outputs = 8, Width = 2 });
        network.Initialize(seed: 1);
    }

    [TearDown]
    public void Release() => network.Release();

    Device Device { get; set; } = null!;

    [Test]
    public void FirstFifteenLayers_AreStemAndFirstBottleneck()
    {
        Freezing.Freeze(network, ["first:15"]);
        foreach (Parameter p in network.Parameters().Where(p => !p.IsStatistic))
        {
            bool isFirst = p.Name.StartsWith("conv1.") || p.Name.StartsWith("bn1.") || p.Name.StartsWith("layer1.0.");
            Assert.That(p.IsTrainable, Is.EqualTo(!isFirst), p.Name);
        }
    }

    [Test]
    public void FrozenLayers_KeepWeightsAndStatistics()
    {
        Freezing.Freeze(network, ["conv1.*", "bn1.*", "layer1.*", "layer2.0.bn1.bias"]);
        Dictionary<string, float[]> before = network.Parameters().ToDictionary(p => p.Name, p => p.Value.ToArray());
        Sgd optimizer = new(network.Parameters(), momentum: 0.9f);
        using (Step step = Device.BeginStep())
        {
            float[] pixels = Values.ToSingle(Values.Normal(4 * 3 * 32 * 32, new Random(1)));
            Tensor embeddings = network.Forward(Device.Tensor(new Shape(4, 3, 32, 32), pixels));
            step.Backward(embeddings.TripletLoss([0, 0, 1, 1], new TripletSettings { Margin = 2 }));
            optimizer.Update(step.Gradients, 0.1f);
        }
        foreach (Parameter p in network.Parameters())
        {
            bool isFrozen = p.Name.StartsWith("conv1.") || p.Name.StartsWith("bn1.") || p.Name.StartsWith("layer1.")
                || p.Name == "layer2.0.bn1.bias";
            Assert.That(p.Value.ToArray().SequenceEqual(before[p.Name]), Is.EqualTo(isFrozen), p.Name);
        }
        optimizer.Release();
    }

    /// <summary>
    /// As at a change of phase: what the one before froze trains again, and statistics follow their batch norm.
    /// </summary>
    [Test]
    public void ThawedOnnxGraph_FreezesOnlyWhatIsNamedNext()
    {
        string path = Path.Combine(AppContext.BaseDirectory, "Golden", "onnx", "mixed_train.onnx");
        OnnxNetwork graph = OnnxNetwork.Load(Device, path, new Shape(2, 13, 13), normalize: true, seed: 1);
        Assert.That(
            Changed("a.*", "norm.*"),
            Has.None.StartsWith("a.").And.None.StartsWith("norm.").And.Some.EqualTo("fc.weight"));
        Freezing.Thaw(graph);
        Assert.That(
            graph.Parameters().Where(p => p.IsStatistic), Has.All.Property(nameof(Parameter.IsTrainable)).False);
        // A bias before a batch norm has no gradient to speak of.
        Assert.That(Changed("fc.*", "b.bias").Where(name => name != "a.bias"), Is.EquivalentTo(graph.Parameters()
            .Select(p => p.Name).Where(name => !name.StartsWith("fc.") && name is not ("a.bias" or "b.bias"))));
        graph.Release();

        string[] Changed(params string[] frozen)
        {
            Freezing.Freeze(graph, frozen);
            Dictionary<string, float[]> before = graph.Parameters().ToDictionary(p => p.Name, p => p.Value.ToArray());
            Sgd optimizer = new(graph.Parameters(), momentum: 0);
            using Step step = Device.BeginStep();
            float[] pixels = Values.ToSingle(Values.Normal(4 * 2 * 13 * 13, new Random(1)));
            Tensor embeddings = graph.Forward(Device.Tensor(new Shape(4, 2, 13, 13), pixels));
            step.Backward(embeddings.TripletLoss([0, 0, 1, 1], new TripletSettings { Margin = 2 }));
            optimizer.Update(step.Gradients, 0.1f);
            optimizer.Release();
            return
            [
                .. graph.Parameters().Where(p => !p.Value.ToArray().SequenceEqual(before[p.Name])).Select(p => p.Name),
            ];
        }
    }

    [TestCase("layr1.*", "the config's model.freeze: \"layr1.*\" names no parameter; names are like conv1.weight")]
    [TestCase("first:x", "the config's model.freeze: \"first:x\" must give a number of layers, as first:15")]
    [TestCase("*", "the config's model.freeze leaves nothing to train")]
    public void BadEntries_AreExplained(string entry, string message) =>
        Assert.That(
            () => Freezing.Freeze(network, [entry]), Throws.TypeOf<UserErrorException>().With.Message.EqualTo(message));
}
