using TripletGpu.Autograd;

namespace TripletGpu.Inference;

/// <summary>From which node of a plan to which each piece of memory must hold its values.</summary>
sealed class Lifetimes
{
    readonly List<Life> all = [];
    readonly Dictionary<PlanValue, Life> lives = [];
    readonly PlanValue[][] extras;

    /// <summary>Memory that some values share: a value, its views and what is joined to it.</summary>
    /// <param name="elements">Numbers of four bytes.</param>
    /// <param name="span">The first and the last node of the stage that writes it; -1 for the plan's input.</param>
    internal sealed class Life(long elements, (int First, int Last) span)
    {
        public long Elements { get; } = elements;

        public int First { get; } = span.First;

        public int Last { get; set; } = span.Last;

        public List<PlanValue> Values { get; } = [];
    }

    /// <param name="graph">The nodes.</param>
    /// <param name="stages">What runs side by side: values of a stage's nodes live as long as all of them.</param>
    /// <param name="joined">Values that lie in others.</param>
    public Lifetimes(PlanGraph graph, PlanStages stages, JoinedValues joined)
    {
        extras = new PlanValue[graph.Nodes.Count][];
        Begin(graph.Input, (-1, -1));
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            PlanNode node = graph.Nodes[i];
            (int First, int Last) span = stages.SpanOf(i);
            foreach (PlanValue value in node.Inputs)
                if (lives.TryGetValue(value, out Life? life)) life.Last = span.Last;
            if (joined.PlaceOf(node.Output) is { } place)
            {
                // The first of the parts begins the life of the whole.
                if (!lives.TryGetValue(place.Whole, out Life? whole)) whole = Begin(place.Whole, span);
                whole.Values.Add(node.Output);
                whole.Last = span.Last;
                lives[node.Output] = whole;
            }
            else if (joined.IsDone(node))
            {
                // It reads its parts, and lives where they do.
            }
            else if (!node.Op.IsView) Begin(node.Output, span);
            else if (lives.TryGetValue(node.Inputs[0], out Life? viewed))
            {
                viewed.Values.Add(node.Output);
                lives[node.Output] = viewed;
            }
            else throw new ValueNeededException($"{node.Op.Name} looks at a constant");
            extras[i] = node.Op.IsView ? [] : [.. Specs(node).Select(spec =>
            {
                PlanValue extra = new(spec.Shape, spec.Type, null);
                Begin(extra, span);
                return extra;
            })];
        }
        if (lives.TryGetValue(graph.Output, out Life? result)) result.Last = graph.Nodes.Count;
        else throw new ValueNeededException("the network's result does not depend on its input");
    }

    /// <summary>Every piece of memory.</summary>
    public IReadOnlyList<Life> All => all;

    /// <summary>The further tensors that a node writes.</summary>
    public IReadOnlyList<PlanValue> Extras(int node) => extras[node];

    static TensorSpec[] Specs(PlanNode node)
    {
        Shape[] shapes = [.. node.Inputs.Select(value => value.Shape)];
        return node.Op.Extras(shapes);
    }

    Life Begin(PlanValue value, (int First, int Last) span)
    {
        Life life = new(Math.Max(1, value.Shape.Count), span);
        life.Values.Add(value);
        all.Add(life);
        lives[value] = life;
        return life;
    }
}
