using TripletGpu.Autograd;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>Networks through plans and operation by operation.</summary>
static class PlanAssert
{
    /// <summary>A network with random weights gives the same in both ways; returns what became of it.</summary>
    public static PlanGraph Planned(Module network, Shape batch)
    {
        Initialize(network, seed: 2);
        using PlannedNetwork planned = new(network);
        Same(network, planned, batch);
        PlanGraph graph = planned.Plan(batch)!.Graph;
        network.Release();
        return graph;
    }

    /// <summary>Random weights, and statistics that normalise.</summary>
    public static void Initialize(Module network, int seed)
    {
        network.Initialize(1);
        Random random = new(seed);
        foreach (Parameter statistic in network.Parameters().Where(p => p.IsStatistic))
            statistic.Value.CopyFrom(Values.ToSingle(Values.Uniform(statistic.Value.Count, random, 0.5, 2)));
    }

    /// <summary>A batch of noise gives the same in both ways.</summary>
    public static void Same(
        Module network, PlannedNetwork planned, Shape shape, Tolerance? tolerance = null, int seed = 3)
    {
        float[] x = Values.ToSingle(Values.Normal(shape.Count, new Random(seed)));
        using Step step = network.Device.BeginStep(record: false);
        float[] expected = network.Forward(network.Device.Tensor(shape, x)).ToArray();
        float[] actual = new float[expected.Length];
        planned.Run(shape, x, actual);
        Close.AreClose(
            [.. expected.Select(v => (double)v)], actual, tolerance ?? Tolerance.Sum, $"{network} planned, {shape}");
    }

    /// <summary>The operations of a plan.</summary>
    public static IEnumerable<string> Names(PlanGraph graph) => graph.Nodes.Select(node => node.Op.Name);
}
