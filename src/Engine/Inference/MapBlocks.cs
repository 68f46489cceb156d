using TripletGpu.Backends;
using TripletGpu.Ops;

namespace TripletGpu.Inference;

/// <summary>
/// Lets convolutions that read each other's results keep their maps in blocks of channels, where the device computes in
/// these (<see cref="IBlockedConvolution"/>). What comes from another operation is turned before, what another reads is
/// turned after: (N, C, H, W) = (N, C / B, B, pixels) to (N, C / B, pixels, B) and back.
/// <para>
/// A group of convolutions keeps its planes where it has few multiply-adds for each element that it would turn: blocks
/// save less than a tenth of them. Measured, groups of 13,000 gain (ResNet50), groups of some hundreds lose (NN2's
/// modules, whose branches begin and end at operations that know planes only).
/// </para>
/// </summary>
static class MapBlocks
{
    const double MultiplyAddsPerElement = 2_000;

    /// <summary>The graph with the groups of convolutions that gain by it in blocks.</summary>
    public static PlanGraph Apply(PlanGraph graph, IBlockedConvolution? form)
    {
        if (form is null) return graph;
        HashSet<PlanNode> taken = [.. graph.Nodes.Where(node => Takes(form, node))];
        foreach (List<PlanNode> group in Groups(graph, taken))
            if (!Gains(graph, group)) taken.ExceptWith(group);
        return taken.Count == 0 ? graph : Rewrite(graph, taken, form.Channels);
    }

    static bool Takes(IBlockedConvolution form, PlanNode node) => node.Op is Conv2d conv
        && node.Output.Shape.Count > 0 && node.Inputs[1].Shape.Count > 0 && node.Inputs[1].Constant is not null
        && Maps(node).All(map => map.Constant is null)
        && form.Takes(conv.Geometry.Over(node.Inputs[0].Shape, node.Inputs[1].Shape));

    /// <summary>Convolutions that hand each other maps, or read the same ones.</summary>
    static IEnumerable<List<PlanNode>> Groups(PlanGraph graph, HashSet<PlanNode> taken)
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
        return groupOf.Values.Distinct();
    }

    static bool Gains(PlanGraph graph, List<PlanNode> group)
    {
        HashSet<PlanNode> members = [.. group];
        HashSet<PlanValue> made = [.. group.Select(node => node.Output)];
        long turned = group.SelectMany(Maps).Distinct().Where(map =>
                !made.Contains(map) || map == graph.Output
                || graph.Nodes.Any(node => !members.Contains(node) && node.Inputs.Contains(map)))
            .Sum(map => map.Shape.Count);
        long work = group.Sum(node => node.Op.MultiplyAdds(
            [.. node.Inputs.Select(value => value.Shape)], node.Output.Shape));
        return work > MultiplyAddsPerElement * turned;
    }

    /// <summary>What of a convolution's values are maps: all but the weight and the bias.</summary>
    static IEnumerable<PlanValue> Maps(PlanNode node) =>
        node.Inputs.Where((value, i) => i == 0 || (((Conv2d)node.Op).HasResidual && i == node.Inputs.Count - 1))
            .Append(node.Output);

    static PlanGraph Rewrite(PlanGraph graph, HashSet<PlanNode> taken, int channels)
    {
        List<PlanNode> nodes = [];
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
            PlanValue output = inBlocks[node.Output] = node.Output with { };
            nodes.Add(new PlanNode((Conv2d)node.Op with { IsInBlocks = true }, inputs, output, node.Origin));
            bool isReadOutside = node.Output == graph.Output
                || graph.Nodes.Any(reader => !taken.Contains(reader) && reader.Inputs.Contains(node.Output));
            if (isReadOutside) Turn(nodes, output, node.Output, channels, false, node.Origin);
        }
        return graph with { Nodes = nodes };

        PlanValue Blocks(PlanValue value, PlanNode reader)
        {
            if (inBlocks.TryGetValue(value, out PlanValue? known)) return known;
            PlanValue made = inBlocks[value] = value with { Constant = null };
            Turn(nodes, value, made, channels, true, reader.Origin);
            return made;
        }
    }

    /// <summary>Adds the nodes that make one form of a map of the other.</summary>
    static void Turn(
        List<PlanNode> nodes, PlanValue from, PlanValue to, int channels, bool intoBlocks, IReadOnlyList<string> origin)
    {
        Shape map = to.Shape;
        int blocks = map[1] / channels, pixels = map[2] * map[3];
        Shape planes = new(map[0], blocks, channels, pixels), turned = new(map[0], blocks, pixels, channels);
        PlanValue before = new(intoBlocks ? planes : turned, from.Type, null);
        PlanValue after = new(intoBlocks ? turned : planes, from.Type, null);
        nodes.Add(new PlanNode(new Reshape(before.Shape), [from], before, origin));
        nodes.Add(new PlanNode(new Permute(new Shape(0, 1, 3, 2)), [before], after, origin));
        nodes.Add(new PlanNode(new Reshape(map), [after], to, origin));
    }
}
