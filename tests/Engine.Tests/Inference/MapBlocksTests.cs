using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Support;
using static TripletGpu.Ops.TensorOps;
using Conv2d = TripletGpu.Modules.Conv2d;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>Which convolutions of a plan keep their maps in blocks of channels, and that the result stays.</summary>
public sealed class MapBlocksTests(string device) : DeviceFixture(device)
{
    static readonly Shape Batch = new(3, 32, 8, 8);

    [Test]
    public void Chain_IsTurnedOnceEachWay()
    {
        PlanGraph graph = PlanAssert.Planned(new Chain(Device), Batch);
        Assert.That(Places(graph), Is.EqualTo("turn block block block turn"));
        int channels = Device.Backend.Convolution.ChannelBlock;
        foreach (PlanNode node in graph.Nodes)
            Assert.That(node.Output.Block, Is.EqualTo(
                node.Op is TripletGpu.Ops.Conv2d || node == graph.Nodes[0] ? channels : 0));
    }

    /// <summary>A shortcut within the group is added in blocks; one from outside is turned too.</summary>
    [TestCase(false, ExpectedResult = "turn block block block turn")]
    [TestCase(true, ExpectedResult = "plane other Concat turn block block turn block turn")]
    public string Shortcut_IsInBlocksAsWell(bool isFromOutside) =>
        Places(PlanAssert.Planned(new Shortcut(Device, isFromOutside), Batch));

    /// <summary>What another operation reads leaves the group where it is made, and stays in it too.</summary>
    [Test]
    public void MapThatIsReadOutside_IsTurnedForThat()
    {
        using Device direct = WithoutWinograd();
        Assert.That(
            Places(PlanAssert.Planned(new ReadOutside(direct), Batch)),
            Is.EqualTo("turn block block turn block turn Concat"));
    }

    /// <summary>Activations, means of planes and what is multiplied by them lie between convolutions (SENet).</summary>
    [Test]
    public void FunctionsBetweenConvolutions_AreInBlocks()
    {
        PlanGraph graph = PlanAssert.Planned(new Weighted(Device), Batch);
        int channels = Device.Backend.Convolution.ChannelBlock;
        Assert.That(
            graph.Nodes.Where(node => node.Output.Block > 0).Select(node => node.Op.Name),
            Is.EqualTo(new[] { "MapLayout", "Conv2d", "Silu", "Multiply", "Conv2d", "Affine" }));
        PlanNode mean = graph.Nodes.Single(node => node.Op is TripletGpu.Ops.GlobalAveragePool);
        Assert.That(mean.Inputs[0].Block, Is.EqualTo(channels));
    }

    /// <summary>Branches of a module, their pooling and what joins them; the pooling in front reads planes.</summary>
    [Test]
    public void Module_IsInBlocksFromItsBranchesOn() => Assert.That(
        Places(PlanAssert.Planned(new Inception(Device), new Shape(2, 64, 16, 16))),
        Is.EqualTo(
            "plane-MaxPool2d turn block block block block-MaxPool2d block block-L2Pool2d block Concat block turn"));

    [Test]
    public void FewMultiplyAdds_StayInPlanes() => Assert.That(
        Places(PlanAssert.Planned(
            new Sequential(Device, new Conv2d(Device, 32, 64, 1), new Conv2d(Device, 64, 32, 1)), Batch)),
        Is.EqualTo("plane plane"));

    /// <summary>A filter a channel turns planes on its way in and out: few multiply-adds are enough.</summary>
    [Test]
    public void FilterForEachChannel_IsInBlocksWithItsNeighbours() => Assert.That(
        Places(PlanAssert.Planned(new Separable(Device), Batch)),
        Is.EqualTo("turn block block-DepthwiseConv2d block turn"));

    /// <summary>Weights of channels made in blocks, as maps of a pixel, are read as they are.</summary>
    [Test]
    public void WeightsMadeInBlocks_AreTurnedForWhatTheyWeigh()
    {
        using Device direct = WithoutWinograd();
        Assert.That(
            Places(PlanAssert.Planned(new WideWeights(direct), Batch)),
            Is.EqualTo("turn other other turn block block turn other block block turn"));
    }

    [Test]
    public void ChannelsBesideBlocks_StayInPlanes() => Assert.That(
        Places(PlanAssert.Planned(new Sequential(Device, new Conv2d(Device, 32, 330, 3, padding: 1)), Batch)),
        Is.EqualTo("plane"));

    /// <summary>Two plans over the same weights, of which the smaller one's batch has other forms.</summary>
    [Test]
    public void PlansOfSeveralBatchSizes_GiveTheSame()
    {
        Chain network = new(Device);
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        foreach (int rows in (int[])[5, 1, 2, 5]) PlanAssert.Same(network, planned, Batch.With(0, rows));
        network.Release();
    }

    /// <summary>Winograd's form is further off than what is compared here allows.</summary>
    Device WithoutWinograd()
    {
        Device direct = TestDevices.Open(DeviceName);
        ((CpuBackend)direct.Backend).UseWinograd = false;
        return direct;
    }

    static string Places(PlanGraph graph) => string.Join(" ", graph.Nodes
        .Select(node => node.Op switch
        {
            MapLayout => "turn",
            TripletGpu.Ops.Conv2d => node.Output.Block > 0 ? "block" : "plane",
            TripletGpu.Ops.MaxPool2d => $"{(node.Output.Block > 0 ? "block" : "plane")}-MaxPool2d",
            TripletGpu.Ops.L2Pool2d => $"{(node.Output.Block > 0 ? "block" : "plane")}-L2Pool2d",
            TripletGpu.Ops.DepthwiseConv2d => $"{(node.Output.Block > 0 ? "block" : "plane")}-DepthwiseConv2d",
            TripletGpu.Ops.Concat => "Concat",
            _ => "other",
        }));

    /// <summary>A network whose layers are its parts, so that they are initialised and released with it.</summary>
    abstract class Layered(Device device) : Module(device)
    {
        int layers;

        protected Conv2d Layer(int channels, int filters, int kernel, int stride = 1) => Add(
            $"{layers++}",
            new Conv2d(Device, channels, filters, kernel, stride, padding: kernel / 2));
    }

    sealed class Chain : Layered
    {
        readonly Conv2d first, second, third;

        public Chain(Device device) : base(device) =>
            (first, second, third) = (Layer(32, 256, 1), Layer(256, 256, 3), Layer(256, 64, 3, stride: 2));

        public override Tensor Forward(Tensor x) =>
            third.Forward(second.Forward(first.Forward(x).Relu()).Relu());
    }

    sealed class Separable : Layered
    {
        readonly Conv2d wider, narrower;
        readonly Parameter filters;

        public Separable(Device device) : base(device)
        {
            (wider, narrower) = (Layer(32, 64, 1), Layer(64, 32, 1));
            filters = AddParameter("filters", new Shape(64, 1, 3, 3), Initializer.FanIn(9));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor map = wider.Forward(x).Clip(0, 6);
            return narrower.Forward(map.DepthwiseConv2d(filters.Value, new(1, padding: 1)).Clip(0, 6));
        }
    }

    sealed class Shortcut : Layered
    {
        readonly Conv2d outside, first, second, third;
        readonly bool isFromOutside;

        public Shortcut(Device device, bool isFromOutside) : base(device)
        {
            this.isFromOutside = isFromOutside;
            // Its filters fill no block, so it stays in planes.
            outside = Layer(32, 250, 1);
            (first, second, third) = (Layer(32, 256, 1), Layer(256, 256, 3), Layer(256, 256, 3));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor? before = isFromOutside ? Concat(1, outside.Forward(x), x.Slice(1, 0, 6)) : null;
            Tensor map = first.Forward(x);
            return third.Forward(second.Forward(map).Relu()).Add(before ?? map).Relu();
        }
    }

    sealed class ReadOutside : Layered
    {
        readonly Conv2d first, second, third;

        public ReadOutside(Device device) : base(device) =>
            (first, second, third) = (Layer(32, 256, 1), Layer(256, 256, 3), Layer(256, 256, 3));

        public override Tensor Forward(Tensor x)
        {
            Tensor map = second.Forward(first.Forward(x)).Relu();
            return Concat(2, third.Forward(map), map);
        }
    }

    sealed class Weighted : Layered
    {
        readonly Conv2d first, second;

        public Weighted(Device device) : base(device) => (first, second) = (Layer(32, 256, 3), Layer(256, 256, 3));

        public override Tensor Forward(Tensor x)
        {
            Tensor map = first.Forward(x).Silu();
            Tensor weights = map.GlobalAveragePool().Reshape(x.Shape[0], 256, 1, 1).Sigmoid();
            return second.Forward(map.Multiply(weights)).Affine(2, 1);
        }
    }

    sealed class WideWeights : Layered
    {
        readonly Conv2d wide, narrow, third, last;

        public WideWeights(Device device) : base(device)
        {
            (wide, narrow) = (Layer(32, 4096, 1), Layer(4096, 32, 1));
            (third, last) = (Layer(32, 256, 3), Layer(256, 64, 3));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor weights = x.GlobalAveragePool().Reshape(x.Shape[0], 32, 1, 1);
            Tensor map = x.Multiply(narrow.Forward(wide.Forward(weights).Relu()));
            return last.Forward(third.Forward(map));
        }
    }

    sealed class Inception : Layered
    {
        readonly Conv2d one, reduce, three, last, projection, second;

        public Inception(Device device) : base(device)
        {
            (one, reduce, three) = (Layer(64, 256, 1), Layer(64, 128, 1), Layer(128, 256, 3));
            (projection, second, last) = (Layer(64, 64, 1), Layer(64, 64, 1), Layer(640, 128, 3));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor map = x.MaxPool2d(2);
            Tensor a = one.Forward(map), b = three.Forward(reduce.Forward(map).Relu());
            Tensor c = projection.Forward(map.MaxPool2d(3, 1, 1)), d = second.Forward(map.L2Pool2d(3, 1, 1));
            return last.Forward(Concat(1, a, b, c, d));
        }
    }
}
