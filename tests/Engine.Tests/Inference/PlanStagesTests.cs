using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Support;
using Conv2d = TripletGpu.Modules.Conv2d;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>Which operations of a plan run side by side.</summary>
public sealed class PlanStagesTests
{
    static readonly Shape Batch = new(2, 4, 9, 9);
    readonly Device device = new("cpu", new CpuBackend(threads: 3));

    [OneTimeTearDown]
    public void GiveBack() => device.Dispose();

    [Test]
    public void Inception_BranchesFromWhereTheyPartToWhereTheyMeet()
    {
        PlanGraph graph = Graph(new Inception(device));
        Assert.That(Stages(graph, hasBranches: true), Is.EqualTo(new[]
        {
            "Conv2d", "Conv2d>Conv2d | MaxPool2d>Conv2d | Conv2d", "Concat", "Conv2d",
        }));
    }

    [Test]
    public void WithoutBranches_EveryOperationIsAStage()
    {
        PlanGraph graph = Graph(new Inception(device));
        Assert.That(Stages(graph, hasBranches: false), Has.Length.EqualTo(graph.Nodes.Count).And.None.Contains("|"));
    }

    /// <summary>Too much work for it to matter that threads meet after each operation.</summary>
    [Test]
    public void LargeOperations_RunOneAfterTheOther() => Assert.That(
        Stages(Graph(new Inception(device), new Shape(64, 4, 99, 99)), hasBranches: true), Has.None.Contains("|"));

    /// <summary>Branches run at once, so what one of them writes may not lie where another one's values do.</summary>
    [Test]
    public void Branches_ShareNoMemory()
    {
        PlanGraph graph = Graph(new Inception(device));
        PlanStages stages = new(graph, hasBranches: true);
        Lifetimes lifetimes = new(graph, stages, new JoinedValues(graph));
        Lifetimes.Life[] inside = [.. graph.Nodes.Skip(1).Take(5)
            .Select(node => lifetimes.All.Single(life => life.Values.Contains(node.Output)))];
        Assert.That(inside.Select(life => life.First), Is.All.EqualTo(1));
        Assert.That(inside.Select(life => life.Last), Is.All.GreaterThanOrEqualTo(5));
    }

    [TestCase(1)]
    [TestCase(2)]
    [TestCase(5)]
    public void AnyNumberOfThreads_GivesTheSameBits(int threads)
    {
        Inception network = new(device);
        network.Initialize(1);
        float[] x = Values.ToSingle(Values.Normal((int)Batch.Count, new Random(3)));
        float[] expected = Run(network, x);
        using Device other = new("cpu", new CpuBackend(threads));
        Inception same = new(other);
        same.Initialize(1);
        for (int i = 0; i < 20; i++) Assert.That(Run(same, x), Is.EqualTo(expected));
        network.Release();
    }

    static float[] Run(Module network, float[] x)
    {
        using PlannedNetwork planned = new(network);
        float[] y = new float[planned.Plan(Batch)!.ResultShape.Count];
        planned.Run(Batch, x, y);
        return y;
    }

    static PlanGraph Graph(Module network, Shape? batch = null)
    {
        network.Initialize(1);
        using PlannedNetwork planned = new(network);
        PlanGraph graph = planned.Plan(batch ?? Batch)!.Graph;
        network.Release();
        return graph;
    }

    static string[] Stages(PlanGraph graph, bool hasBranches) =>
    [
        .. new PlanStages(graph, hasBranches).All.Select(stage => string.Join(
            " | ", stage.Select(chain => string.Join(">", chain.Select(i => graph.Nodes[i].Op.Name))))),
    ];

    /// <summary>A convolution, an inception module of three branches, a convolution.</summary>
    sealed class Inception : Module
    {
        readonly Conv2d before, reduced, wide, pooled, direct, after;

        public Inception(Device device) : base(device)
        {
            before = Add("before", new Conv2d(device, 4, 40, 3, padding: 1));
            reduced = Add("reduced", new Conv2d(device, 40, 33, 1));
            wide = Add("wide", new Conv2d(device, 33, 40, 3, padding: 1));
            pooled = Add("pooled", new Conv2d(device, 40, 8, 1));
            direct = Add("direct", new Conv2d(device, 40, 8, 1));
            after = Add("after", new Conv2d(device, 56, 5, 1));
        }

        public override Tensor Forward(Tensor x)
        {
            Tensor map = before.Forward(x);
            return after.Forward(TensorOps.Concat(
                1, wide.Forward(reduced.Forward(map)), pooled.Forward(map.MaxPool2d(3, 1, 1)), direct.Forward(map)));
        }
    }
}
