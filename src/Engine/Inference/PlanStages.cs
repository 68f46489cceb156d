using TripletGpu.Backends;

namespace TripletGpu.Inference;

/// <summary>
/// A plan's nodes as stages that run one after the other. A stage is one node, or branches: chains of nodes of which
/// none reads what another chain of the stage makes, such as those of an inception module. They run side by side.
/// <para>
/// A stage ends before a node that reads two chains of it, or a value of it that others read too: where branches meet,
/// and where they part.
/// </para>
/// </summary>
sealed class PlanStages
{
    // Reading or writing an element takes about as long as so many multiply-adds.
    const double PerElement = 8;

    readonly List<int[][]> stages = [];
    readonly (int First, int Last)[] spans;

    /// <param name="graph">The nodes.</param>
    /// <param name="hasBranches">Whether the backend runs branches side by side; if not, every node is a stage.</param>
    public PlanStages(PlanGraph graph, bool hasBranches)
    {
        spans = new (int, int)[graph.Nodes.Count];
        Dictionary<PlanValue, int> reads = [];
        foreach (PlanNode node in graph.Nodes)
            foreach (PlanValue value in node.Inputs) reads[value] = reads.GetValueOrDefault(value) + 1;
        List<List<int>> chains = [];
        Dictionary<PlanValue, List<int>> chainOf = [];
        int first = 0;
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            PlanNode node = graph.Nodes[i];
            PlanValue[] inside = [.. node.Inputs.Where(chainOf.ContainsKey)];
            bool parts = inside.Any(value => reads[value] > 1);
            bool meets = inside.Select(value => chainOf[value]).Distinct().Count() > 1;
            if (parts || meets || !hasBranches)
            {
                End(graph, first, i, chains);
                first = i;
                chains.Clear();
                chainOf.Clear();
                inside = [];
            }
            if (inside.Length == 0) chains.Add([]);
            List<int> chain = inside.Length == 0 ? chains[^1] : chainOf[inside[0]];
            chain.Add(i);
            chainOf[node.Output] = chain;
        }
        End(graph, first, graph.Nodes.Count, chains);
    }

    /// <summary>The chains of each stage, the longest first, as numbers of nodes.</summary>
    public IReadOnlyList<int[][]> All => stages;

    /// <summary>The first and the last node of the stage that a node is in.</summary>
    public (int First, int Last) SpanOf(int node) => spans[node];

    /// <summary>The stage of nodes first .. end, or a stage for each of them.</summary>
    void End(PlanGraph graph, int first, int end, List<List<int>> chains)
    {
        bool areBranches = chains.Count > 1
            && chains.Sum(chain => chain.Sum(i => Work(graph.Nodes[i]))) <= IBranches.MostWork;
        for (int i = first; i < end; i++)
        {
            spans[i] = areBranches ? (first, end - 1) : (i, i);
            if (!areBranches) stages.Add([[i]]);
        }
        if (areBranches)
            stages.Add([.. chains
                .OrderByDescending(chain => chain.Sum(i => Work(graph.Nodes[i])))
                .Select(chain => chain.ToArray())]);
    }

    static double Work(PlanNode node)
    {
        if (node.Op.IsView || node.Output.Shape.Count == 0) return 0;
        Shape[] shapes = [.. node.Inputs.Select(value => value.Shape)];
        long elements = node.Output.Shape.Count + shapes.Sum(shape => shape.Count);
        return node.Op.MultiplyAdds(shapes, node.Output.Shape) + PerElement * elements;
    }
}
