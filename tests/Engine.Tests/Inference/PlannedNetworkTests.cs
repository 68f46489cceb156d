using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Support;
using BatchNorm2d = TripletGpu.Modules.BatchNorm2d;
using BatchNormRelu = TripletGpu.Modules.BatchNormRelu;
using Conv2d = TripletGpu.Modules.Conv2d;
using Flatten = TripletGpu.Modules.Flatten;
using Linear = TripletGpu.Modules.Linear;
using Relu = TripletGpu.Modules.Relu;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>A plan computes what the network computes, with fewer operations, on every device.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class PlannedNetworkTests(string device) : DeviceFixture(device)
{
    static readonly Shape Batch = new(3, 4, 9, 9);

    [TestCase(true)]
    [TestCase(false)]
    public void ConvolutionAndBatchNorm_AreOneConvolution(bool bias)
    {
        Sequential network = new(
            Device, new Conv2d(Device, 4, 6, 3, padding: 1, bias: bias), new BatchNormRelu(Device, 6),
            new Conv2d(Device, 6, 5, 1, bias: bias), new BatchNorm2d(Device, 5));
        PlanGraph graph = AssertPlanned(network);
        Assert.That(Names(graph), Is.EqualTo(new[] { "Conv2d", "Conv2d" }));
        Assert.That(graph.Nodes[0].Origin, Is.EqualTo(new[] { "0", "1" }));
        Assert.That(
            graph.Nodes.Select(node => ((TripletGpu.Ops.Conv2d)node.Op).Relu), Is.EqualTo(new[] { true, false }));
    }

    [Test]
    public void ReluAfterConvolution_IsItsEpilogue() => Assert.That(
        Names(AssertPlanned(new Sequential(Device, new Conv2d(Device, 4, 6, 3), new Relu(Device)))),
        Is.EqualTo(new[] { "Conv2d" }));

    [TestCase(0, 6)]
    [TestCase(-0.5f, 0.25f)]
    public void ClipAfterConvolutions_IsTheirEpilogue(float low, float high)
    {
        PlanGraph graph = AssertPlanned(new Clipped(Device, low, high));
        Assert.That(Names(graph), Is.EqualTo(new[] { "Conv2d", "DepthwiseConv2d", "Conv2d" }));
        ClipRange clip = new(low, high);
        Assert.That(((TripletGpu.Ops.Conv2d)graph.Nodes[0].Op).Clip, Is.EqualTo(clip));
        Assert.That(((TripletGpu.Ops.DepthwiseConv2d)graph.Nodes[1].Op).Clip, Is.EqualTo(clip));
        Assert.That(((TripletGpu.Ops.Conv2d)graph.Nodes[2].Op).Clip, Is.EqualTo(ClipRange.None));
    }

    [TestCase(6, true)]
    [TestCase(33, false)]
    public void MaxPoolOfAFewChannels_IsItsConvolutions(int filters, bool isJoined)
    {
        string[] names = [.. Names(AssertPlanned(new Sequential(
            Device, new Conv2d(Device, 4, filters, 3, padding: 1), new Relu(Device),
            new TripletGpu.Modules.MaxPool2d(Device, PoolingWindow.Square(2, 2)))))];
        Assert.That(names, Is.EqualTo(isJoined ? ["Conv2dReluMaxPool"] : new[] { "Conv2d", "MaxPool2d" }));
    }

    [TestCase(true)]
    [TestCase(false)]
    public void SumWithAShortcut_IsTheLaterConvolutionsEpilogue(bool shortcutFirst) => Assert.That(
        Names(AssertPlanned(new Residual(Device, shortcutFirst))),
        Is.EqualTo(new[] { "Conv2d", "Conv2d", "Conv2d" }));

    [Test]
    public void MapThatIsReadTwice_StaysAsItIs() => Assert.That(
        Names(AssertPlanned(new ReadTwice(Device))), Is.EqualTo(new[] { "Conv2d", "Relu", "Multiply" }));

    [Test]
    public void Views_ShareTheirInputsMemory() => Assert.That(
        Names(AssertPlanned(new Sequential(
            Device, new Conv2d(Device, 4, 2, 3), new Flatten(Device), new Linear(Device, 98, 7)))),
        Is.EqualTo(new[] { "Conv2d", "Reshape", "Linear" }));

    [Test]
    public void WhatConstantsGive_IsComputedOnce()
    {
        Assert.That(
            Names(AssertPlanned(new OfConstants(Device))), Is.EqualTo(new[] { "Conv2d", "Add" }),
            "slices, sums and views of weights are no part of a plan");
    }

    [Test]
    public void NetworkThatLooksAtValues_RunsAsItIs()
    {
        LooksAtValues network = new(Device);
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        AssertSame(network, planned, Batch);
        Assert.That(planned.Unplanned, Does.Contain("Conv2d (3, 2, 7, 7)"));
        network.Release();
    }

    [Test]
    public void OtherBatches_TakeTheSameConstants_AndNothingLeaks()
    {
        Sequential network = new(Device, new Conv2d(Device, 4, 6, 3), new BatchNormRelu(Device, 6));
        network.Initialize(1);
        long before = Device.Pool.LiveBytes;
        using (PlannedNetwork planned = new(network))
        {
            foreach (int count in (int[])[3, 1, 3, 2, 5]) AssertSame(network, planned, Batch.With(0, count));
            long live = Device.Pool.LiveBytes;
            AssertSame(network, planned, Batch.With(0, 5));
            Assert.That(Device.Pool.LiveBytes, Is.EqualTo(live), "a run keeps nothing");
        }
        Assert.That(Device.Pool.LiveBytes, Is.EqualTo(before));
        network.Release();
    }

    [Test]
    public void DeepNetwork_TakesAFewBuffers()
    {
        Module[] layers = [.. Enumerable.Range(0, 12).Select(_ => new Conv2d(Device, 4, 4, 3, padding: 1))];
        Sequential network = new(Device, layers);
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        AssertSame(network, planned, Batch);
        Assert.That(planned.Plan(Batch)!.BufferBytes, Is.EqualTo(2 * Batch.Count * sizeof(float)));
        network.Release();
    }

    /// <summary>
    /// Weights that a plan has packed end with it: a step of training after it computes with those of that moment. A
    /// plan that owns them leaves them packed until somebody asks for them, and then they are as they were.
    /// </summary>
    [TestCase(40, 3, 1, 7)]
    [TestCase(40, 3, 1, 20)]
    [TestCase(33, 5, 1, 7)]
    [TestCase(5, 3, 2, 9)]
    [TestCase(35, 1, 1, 9)]
    public void PackedWeights_GiveTheSame_AndEndWithThePlan(int channels, int kernel, int stride, int side)
    {
        Conv2d network = new(Device, channels, 37, kernel, stride, kernel / 2, bias: true);
        Shape shape = new(1, channels, side, side);
        foreach (bool owns in (bool[])[false, true])
        {
            network.Initialize(1);
            long before = Device.Pool.LiveBytes;
            float[] weight = network.Weight.Value.ToArray();
            using (PlannedNetwork planned = new(network) { OwnsWeights = owns }) AssertSame(network, planned, shape);
            Assert.That(network.Weight.Value.ToArray(), Is.EqualTo(weight));
            Assert.That(Device.Pool.LiveBytes, Is.EqualTo(before));
            network.Initialize(2);
            using (PlannedNetwork planned = new(network) { OwnsWeights = owns }) AssertSame(network, planned, shape);
            float[] x = Values.ToSingle(Values.Normal((int)shape.Count, new Random(3)));
            float[] y = Forward(network, shape, x);
            network.Initialize(3);
            Assert.That(Forward(network, shape, x), Is.Not.EqualTo(y));
        }
        network.Release();
    }

    [Test]
    public void OwnedWeights_LieInMemoryOnce()
    {
        Conv2d network = new(Device, 64, 64, 3, padding: 1);
        network.Initialize(1);
        Shape shape = new(1, 64, 9, 9);
        long weights = 64 * 64 * 9 * sizeof(float), before = Device.Pool.LiveBytes;
        using (PlannedNetwork planned = new(network) { OwnsWeights = true })
        {
            InferencePlan plan = planned.Plan(shape)!;
            Assert.That(Device.Pool.LiveBytes, Is.LessThan(before + plan.BufferBytes + weights / 4));
        }
        network.Release();
    }

    float[] Forward(Conv2d network, Shape shape, float[] x)
    {
        using Step step = Device.BeginStep(record: false);
        return network.Forward(Device.Tensor(shape, x)).ToArray();
    }

    [Test]
    public void WrongShape_IsTheNetworksError()
    {
        Sequential network = new(Device, new Conv2d(Device, 4, 6, 3));
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        Assert.That(
            () => planned.Run(new Shape(1, 3, 9, 9), new float[243], new float[1]),
            Throws.TypeOf<ShapeException>().With.Message.Contains("input has 3 channels but the weight expects 4"));
        AssertSame(network, planned, Batch);
        network.Release();
    }

    PlanGraph AssertPlanned(Module network) => PlanAssert.Planned(network, Batch);

    static void AssertSame(Module network, PlannedNetwork planned, Shape shape) =>
        PlanAssert.Same(network, planned, shape);

    static IEnumerable<string> Names(PlanGraph graph) => PlanAssert.Names(graph);

    /// <summary>relu(b(relu(a(x))) + c(x)), in either order of the sum.</summary>
    sealed class Residual : Module
    {
        readonly Sequential main;
        readonly Conv2d shortcut;
        readonly bool shortcutFirst;

        public Residual(Device device, bool shortcutFirst) : base(device)
        {
            this.shortcutFirst = shortcutFirst;
            main = Add("main", new Sequential(
                device, new Conv2d(device, 4, 3, 3, padding: 1), new Relu(device), new Conv2d(device, 3, 5, 1),
                new BatchNorm2d(device, 5)));
            shortcut = Add("shortcut", new Conv2d(device, 4, 5, 1));
        }

        public override Tensor Forward(Tensor x) => shortcutFirst
            ? shortcut.Forward(x).Add(main.Forward(x)).Relu()
            : main.Forward(x).Add(shortcut.Forward(x)).Relu();
    }

    /// <summary>MobileNet's block: wider, a filter a channel, narrower; both maps in between are clipped.</summary>
    sealed class Clipped : Module
    {
        readonly Conv2d wider, narrower;
        readonly BatchNorm2d first, second;
        readonly Parameter filters;
        readonly float low, high;

        public Clipped(Device device, float low, float high) : base(device)
        {
            (this.low, this.high) = (low, high);
            wider = Add("wider", new Conv2d(device, 4, 18, 1, bias: false));
            first = Add("first", new BatchNorm2d(device, 18));
            filters = AddParameter("filters", new Shape(18, 1, 3, 3), Initializer.FanIn(9));
            second = Add("second", new BatchNorm2d(device, 18));
            narrower = Add("narrower", new Conv2d(device, 18, 4, 1));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor map = first.Forward(wider.Forward(x)).Clip(low, high);
            map = second.Forward(map.DepthwiseConv2d(filters.Value, new(2, padding: 1))).Clip(low, high);
            return narrower.Forward(map);
        }
    }

    sealed class ReadTwice : Module
    {
        readonly Conv2d convolution;

        public ReadTwice(Device device) : base(device) => convolution = Add("conv", new Conv2d(device, 4, 2, 3));

        public override Tensor Forward(Tensor x)
        {
            Tensor map = convolution.Forward(x);
            return map.Relu().Multiply(map);
        }
    }

    /// <summary>A convolution of half of the filters, times two, plus a constant that is made on the way.</summary>
    sealed class OfConstants : Module
    {
        readonly Parameter weight;

        public OfConstants(Device device) : base(device) =>
            weight = AddParameter("weight", new Shape(4, 36), new Initializer.Normal(0.2f));

        public override Tensor Forward(Tensor x)
        {
            Tensor filters = weight.Value.Slice(0, 1, 2).Scale(2).Reshape(2, 4, 3, 3);
            Tensor shift = Device.Tensor(new Shape(1), [0.5f]);
            Tensor map = x.Conv2d(filters);
            Device.CurrentStep!.Discard(filters);
            return map.Add(shift.Scale(3));
        }
    }

    sealed class LooksAtValues : Module
    {
        readonly Conv2d convolution;

        public LooksAtValues(Device device) : base(device) => convolution = Add("conv", new Conv2d(device, 4, 2, 3));

        public override Tensor Forward(Tensor x)
        {
            Tensor map = convolution.Forward(x);
            return map.ToArray()[0] > 0 ? map : map.Relu();
        }
    }
}
