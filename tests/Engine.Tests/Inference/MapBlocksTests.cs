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
        int channels = Device.Backend.Convolution.Blocked!.Channels;
        foreach (PlanNode node in graph.Nodes)
            Assert.That(node.Output.Block, Is.EqualTo(
                node.Op is TripletGpu.Ops.Conv2d || node == graph.Nodes[2] ? channels : 0));
    }

    /// <summary>A shortcut within the group is added in blocks; one from outside is turned too.</summary>
    [TestCase(false, ExpectedResult = "turn block block block turn")]
    [TestCase(true, ExpectedResult = "plane other Concat turn block block turn block turn")]
    public string Shortcut_IsInBlocksAsWell(bool isFromOutside) =>
        Places(PlanAssert.Planned(new Shortcut(Device, isFromOutside), Batch));

    /// <summary>What another operation reads leaves the group where it is made, and stays in it too.</summary>
    [Test]
    public void MapThatIsReadOutside_IsTurnedForThat() => Assert.That(
        Places(PlanAssert.Planned(new ReadOutside(Device), Batch)),
        Is.EqualTo("turn block block turn block turn other"));

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

    static string Places(PlanGraph graph) => string.Join(" ", graph.Nodes
        .Where(node => node.Op is not Reshape)
        .Select(node => node.Op switch
        {
            Permute => "turn",
            TripletGpu.Ops.Conv2d conv => conv.IsInBlocks ? "block" : "plane",
            TripletGpu.Ops.MaxPool2d pool => $"{(pool.IsInBlocks ? "block" : "plane")}-MaxPool2d",
            TripletGpu.Ops.L2Pool2d pool => $"{(pool.IsInBlocks ? "block" : "plane")}-L2Pool2d",
            TripletGpu.Ops.Concat => "Concat",
            _ => "other",
        }));

    sealed class Chain(Device device) : Module(device)
    {
        readonly Conv2d first = new(device, 32, 256, 1), second = new(device, 256, 256, 3, padding: 1);
        readonly Conv2d third = new(device, 256, 64, 3, stride: 2, padding: 1);

        public override Tensor Forward(Tensor x) =>
            third.Forward(second.Forward(first.Forward(x).Relu()).Relu());
    }

    sealed class Shortcut(Device device, bool isFromOutside) : Module(device)
    {
        // Its input has too many elements beside its work, so it stays in planes.
        readonly Conv2d outside = new(device, 32, 250, 1);
        readonly Conv2d first = new(device, 32, 256, 1), second = new(device, 256, 256, 3, padding: 1);
        readonly Conv2d third = new(device, 256, 256, 3, padding: 1);

        public override Tensor Forward(Tensor x)
        {
            Tensor? before = isFromOutside ? Concat(1, outside.Forward(x), x.Slice(1, 0, 6)) : null;
            Tensor map = first.Forward(x);
            return third.Forward(second.Forward(map).Relu()).Add(before ?? map).Relu();
        }
    }

    sealed class ReadOutside(Device device) : Module(device)
    {
        readonly Conv2d first = new(device, 32, 256, 1), second = new(device, 256, 256, 3, padding: 1);
        readonly Conv2d third = new(device, 256, 256, 3, padding: 1);

        public override Tensor Forward(Tensor x)
        {
            Tensor map = second.Forward(first.Forward(x)).Relu();
            return third.Forward(map).Multiply(map);
        }
    }

    sealed class Inception(Device device) : Module(device)
    {
        readonly Conv2d one = new(device, 64, 256, 1), reduce = new(device, 64, 128, 1);
        readonly Conv2d three = new(device, 128, 256, 3, padding: 1), last = new(device, 640, 128, 3, padding: 1);
        readonly Conv2d projection = new(device, 64, 64, 1), second = new(device, 64, 64, 1);

        public override Tensor Forward(Tensor x)
        {
            Tensor map = x.MaxPool2d(2);
            Tensor a = one.Forward(map), b = three.Forward(reduce.Forward(map).Relu());
            Tensor c = projection.Forward(map.MaxPool2d(3, 1, 1)), d = second.Forward(map.L2Pool2d(3, 1, 1));
            return last.Forward(Concat(1, a, b, c, d));
        }
    }
}
