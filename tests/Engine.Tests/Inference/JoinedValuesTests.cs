using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Support;
using static TripletGpu.Ops.TensorOps;
using Conv2d = TripletGpu.Modules.Conv2d;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>What a plan joins without a copy: the parts are written to their places in the whole.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class JoinedValuesTests(string device) : DeviceFixture(device)
{
    static readonly Shape one = new(1, 4, 8, 8), two = new(2, 4, 8, 8);

    [Test]
    public void BranchesOfOneImage_AreJoinedInPlace()
    {
        PlanGraph graph = Planned(one, (a, b, _) => Concat(1, a, b.MaxPool2d(3, 1, 1), b));
        JoinedValues joined = new(graph);
        PlanNode concat = graph.Nodes.Single(node => node.Op.Name == "Concat");
        Assert.That(joined.IsDone(concat));
        int plane = 8 * 8;
        Assert.That(
            concat.Inputs.Select(value => joined.PlaceOf(value)),
            Is.EqualTo(new (PlanValue, long)?[]
            {
                (concat.Output, 0), (concat.Output, 32 * plane), (concat.Output, 80 * plane),
            }));
        // The whole lives from the first part that is written to what reads it.
        Lifetimes.Life life = new Lifetimes(graph, new PlanStages(graph, hasBranches: false), joined).All
            .Single(life => life.Values.Contains(concat.Output));
        Assert.That(life.Values, Is.SupersetOf(concat.Inputs));
        Assert.That(life.First, Is.EqualTo(concat.Inputs.Min(value => graph.Nodes.ToList().FindIndex(
            node => node.Output == value))));
        Assert.That(life.Elements, Is.EqualTo(concat.Output.Shape.Count));
    }

    [Test]
    public void TheNetworksResult_IsJoinedInPlace() =>
        Assert.That(Done(one, (a, b, _) => Concat(1, b, a), last: false));

    [Test]
    public void ImagesOfABatch_AreCopied() => Assert.That(Done(two, (a, b, _) => Concat(1, a, b)), Is.False);

    [Test]
    public void TheSameTwice_IsCopied() => Assert.That(Done(one, (a, _, _) => Concat(1, a, a)), Is.False);

    [Test]
    public void TheInput_IsCopied() => Assert.That(Done(one, (a, _, x) => Concat(1, a, x)), Is.False);

    [Test]
    public void WhatIsReshapedToo_IsCopied() => Assert.That(
        Done(one, (a, b, _) => Concat(1, a, b).Slice(1, 0, 32).Add(a.Reshape(1, 16, 128).Reshape(1, 32, 8, 8))),
        Is.False);

    [Test]
    public void JoinedInTwoWays_IsCopiedOnce() => Assert.That(
        Planned(one, (a, b, _) => Concat(1, a, b).Add(Concat(1, b, a))) is { } graph
            && graph.Nodes.Count(new JoinedValues(graph).IsDone) == 1);

    [Test]
    public void JoinedAgain_IsCopiedThere()
    {
        PlanGraph graph = Planned(one, (a, b, x) => Concat(1, Concat(1, a, b), x.MaxPool2d(1)));
        PlanNode[] joins = [.. graph.Nodes.Where(node => node.Op.Name == "Concat")];
        Assert.That(joins.Select(new JoinedValues(graph).IsDone), Is.EqualTo(new[] { true, false }));
    }

    bool Done(Shape batch, Func<Tensor, Tensor, Tensor, Tensor> join, bool last = true)
    {
        PlanGraph graph = Planned(batch, join, last);
        return graph.Nodes.Any(new JoinedValues(graph).IsDone);
    }

    /// <summary>The plan of convolutions a (32 channels) and b (48), joined somehow; it gives what they give.</summary>
    PlanGraph Planned(Shape batch, Func<Tensor, Tensor, Tensor, Tensor> join, bool last = true) =>
        PlanAssert.Planned(new Network(Device, join, last), batch);

    sealed class Network : Module
    {
        readonly Conv2d first, second;
        readonly Func<Tensor, Tensor, Tensor, Tensor> join;
        readonly bool last;

        public Network(Device device, Func<Tensor, Tensor, Tensor, Tensor> join, bool last) : base(device)
        {
            (this.join, this.last) = (join, last);
            first = Add("first", new Conv2d(device, 4, 32, 3, padding: 1));
            second = Add("second", new Conv2d(device, 4, 48, 3, padding: 1));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor y = join(first.Forward(x), second.Forward(x), x);
            return last ? y.MaxPool2d(2) : y;
        }
    }
}
