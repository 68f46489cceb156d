using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Ops;

namespace TripletGpu.Inference;

/// <summary>
/// Lets convolutions that read each other's results keep their maps in blocks of channels, where the device computes in
/// these (<see cref="IConvolution.ChannelBlock"/>), with what takes blocks between them: pooling, norms, functions of
/// one value, sums and products of maps, concatenation.
/// What comes from another operation is turned before, what another reads is turned after (<see cref="MapLayout"/>).
/// <para>
/// A group keeps its planes where it has few multiply-adds for each element that it would turn: blocks save about a
/// tenth of them, and turning the maps of filters for a channel each.
/// </para>
/// </summary>
sealed class MapBlocks
{
    const double MultiplyAddsPerElement = 2_000;

    readonly PlanGraph graph;
    readonly IBackend backend;
    readonly IConvolution convolution;
    readonly HashSet<PlanNode> taken;

    // As maps and otherwise: a map of one pixel may be read as numbers of channels too, which lie in planes.
    readonly Dictionary<PlanValue, int> reads;

    MapBlocks(PlanGraph graph, IBackend backend)
    {
        (this.graph, this.backend, convolution) = (graph, backend, backend.Convolution);
        taken = [.. graph.Nodes.Where(Takes)];
        reads = graph.Nodes.SelectMany(node => node.Inputs).CountBy(value => value).ToDictionary();
        // The result counts as read once more.
        reads[graph.Output] = reads.GetValueOrDefault(graph.Output) + 1;
        foreach (List<PlanNode> group in Groups())
        {
            Trim(group);
            if (!Gains(group)) taken.ExceptWith(group);
        }
    }

    /// <summary>The graph with the groups of operations that gain by it in blocks.</summary>
    public static PlanGraph Apply(PlanGraph graph, IBackend backend)
    {
        if (backend.Convolution.ChannelBlock == 0) return graph;
        MapBlocks blocks = new(graph, backend);
        return blocks.taken.Count == 0 ? graph : blocks.Rewrite();
    }

    bool Takes(PlanNode node)
    {
        if (node.Output.Shape.Count == 0 || Maps(node).Any(map => map.Constant is not null)) return false;
        return node.Op switch
        {
            // Its input lies in planes, which it reads as they are.
            Conv2d { Pool: not null } => AreWhole(node),
            Conv2d conv => node.Inputs[1].Shape.Count > 0 && node.Inputs[1].Constant is not null
                && convolution.TakesBlocks(conv.Geometry.Over(node.Inputs[0].Shape, node.Inputs[1].Shape)),
            MaxPool2d { KeepsTaps: true } or BatchNorm { IsFrozen: false } => false,
            _ => AreWhole(node) && node.Op.ChannelBlock(
                backend, [.. node.Inputs.Select(value => value.Shape)], convolution.ChannelBlock) > 0,
        };
    }

    /// <summary>Whether every map is of whole blocks.</summary>
    bool AreWhole(PlanNode node) => Maps(node).All(map =>
        map.Type == ElementType.Float32 && map.Shape.Rank == 4 && map.Shape[1] % convolution.ChannelBlock == 0);

    /// <summary>Operations that hand each other maps, or read the same ones.</summary>
    IEnumerable<List<PlanNode>> Groups()
    {
        Dictionary<PlanValue, List<PlanNode>> groupOf = [];
        foreach (PlanNode node in graph.Nodes.Where(taken.Contains))
        {
            List<PlanNode> group = [node];
            foreach (PlanValue map in Maps(node))
            {
                if (!groupOf.TryGetValue(map, out List<PlanNode>? other) || other == group) continue;
                other.AddRange(group);
                foreach (PlanNode member in group)
                    foreach (PlanValue value in Maps(member)) groupOf[value] = other;
                group = other;
            }
            foreach (PlanValue map in Maps(node)) groupOf[map] = group;
        }
        return [.. groupOf.Values.Distinct()];
    }

    /// <summary>
    /// Leaves out what stands at a group's edge and makes it turn more: pooling in front of it reads more elements than
    /// it makes.
    /// </summary>
    void Trim(List<PlanNode> group)
    {
        long turned = Turned(group);
        for (int i = 0; i < group.Count;)
        {
            PlanNode node = group[i];
            group.RemoveAt(i);
            long without = node.Op is Conv2d ? long.MaxValue : Turned(group);
            if (without < turned)
            {
                (turned, i) = (without, 0);
                taken.Remove(node);
            }
            else group.Insert(i++, node);
        }
    }

    bool Gains(List<PlanNode> group)
    {
        long multiplyAdds = 0, turnedInPlanes = 0;
        foreach (PlanNode node in group)
            // It computes with channels in the lanes, so planes are turned on their way in and out.
            if (node.Op is DepthwiseConv2d) turnedInPlanes += node.Inputs[0].Shape.Count + node.Output.Shape.Count;
            else
                multiplyAdds += node.Op.MultiplyAdds(
                    [.. node.Inputs.Select(value => value.Shape)], node.Output.Shape);
        return multiplyAdds > MultiplyAddsPerElement * (Turned(group) - turnedInPlanes);
    }

    /// <summary>Elements of the maps that a group reads from outside, or that are read there.</summary>
    long Turned(List<PlanNode> group)
    {
        HashSet<PlanValue> made = [.. group.Select(node => node.Output)];
        Dictionary<PlanValue, int> inside = ReadsBy(group);
        return group.SelectMany(Maps).Distinct()
            .Where(map => !made.Contains(map) || inside.GetValueOrDefault(map) < reads.GetValueOrDefault(map))
            .Sum(map => map.Shape.Count);
    }

    /// <summary>How often operations read each value as a map.</summary>
    static Dictionary<PlanValue, int> ReadsBy(IEnumerable<PlanNode> nodes) => nodes
        .SelectMany(MapsRead).CountBy(value => value).ToDictionary();

    /// <summary>What of an operation's values are maps.</summary>
    static IEnumerable<PlanValue> Maps(PlanNode node) =>
        MakesMap(node) ? MapsRead(node).Append(node.Output) : MapsRead(node);

    static IEnumerable<PlanValue> MapsRead(PlanNode node)
    {
        Shape[] shapes = [.. node.Inputs.Select(value => value.Shape)];
        return node.Inputs.Where((_, i) => node.Op.IsMap(i, shapes));
    }

    /// <summary>The mean of a plane is a number.</summary>
    static bool MakesMap(PlanNode node) => node.Op is not GlobalAveragePool;

    PlanGraph Rewrite()
    {
        List<PlanNode> nodes = [];
        Dictionary<PlanValue, int> inside = ReadsBy(taken);
        // Of a value that a group reads or makes: the same in blocks.
        Dictionary<PlanValue, PlanValue> inBlocks = [];
        foreach (PlanNode node in graph.Nodes)
        {
            if (!taken.Contains(node))
            {
                nodes.Add(node);
                continue;
            }
            HashSet<PlanValue> maps = [.. Maps(node)];
            PlanValue[] inputs = [.. node.Inputs.Select(value => maps.Contains(value) ? Blocks(value, node) : value)];
            PlanValue output = !MakesMap(node) ? node.Output
                : inBlocks[node.Output] = node.Output with { Block = convolution.ChannelBlock };
            nodes.Add(new PlanNode(node.Op, inputs, output, node.Origin));
            if (MakesMap(node)
                && inside.GetValueOrDefault(node.Output) < reads.GetValueOrDefault(node.Output))
                Turn(output, node.Output, node);
        }
        return graph with { Nodes = nodes };

        PlanValue Blocks(PlanValue value, PlanNode reader)
        {
            if (inBlocks.TryGetValue(value, out PlanValue? known)) return known;
            PlanValue made = inBlocks[value] = value with { Block = convolution.ChannelBlock };
            Turn(value, made, reader);
            return made;
        }

        void Turn(PlanValue from, PlanValue to, PlanNode beside) =>
            nodes.Add(new PlanNode(new MapLayout(to.Block), [from], to, beside.Origin));
    }
}
