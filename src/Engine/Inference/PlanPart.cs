using TripletGpu.Autograd;
using TripletGpu.Backends;

namespace TripletGpu.Inference;

/// <summary>A plan's launches on some rows of its batch, with every value in these rows' part of its slot.</summary>
sealed class PlanPart
{
    readonly Device device;
    readonly List<Tensor> views = [];
    readonly List<Launch[][]> stages = [];
    readonly Tensor input, output;
    readonly RowParts rows;

    sealed record Launch(string Layer, Op Op, Tensor[] Inputs, Tensor Output, Tensor[] Extras);

    /// <param name="graph">The nodes, on the whole batch.</param>
    /// <param name="planned">What runs side by side.</param>
    /// <param name="lifetimes">The values that need memory.</param>
    /// <param name="joined">Values that lie in others.</param>
    /// <param name="places">The slot of each of them.</param>
    /// <param name="slots">The slots, each as large as the whole batch needs it.</param>
    /// <param name="rows">The rows.</param>
    public PlanPart(
        PlanGraph graph, PlanStages planned, Lifetimes lifetimes, JoinedValues joined, int[] places, Tensor[] slots,
        RowParts rows)
    {
        (device, this.rows) = (slots[0].Device, rows);
        Dictionary<PlanValue, Tensor> tensors = [];
        foreach (PlanNode node in graph.Nodes)
            foreach (PlanValue value in node.Inputs)
                if (value.Constant is { } constant) tensors[value] = constant;
        for (int i = 0; i < places.Length; i++)
            foreach (PlanValue value in lifetimes.All[i].Values)
                views.Add(tensors[value] = View(slots[places[i]], value, joined.PlaceOf(value)?.Start ?? 0));
        Launch?[] byNode = new Launch?[graph.Nodes.Count];
        for (int i = 0; i < graph.Nodes.Count; i++)
        {
            PlanNode node = graph.Nodes[i];
            if (node.Op.IsView || node.Output.Shape.Count == 0 || joined.IsDone(node)) continue;
            Tensor[] extras = [.. lifetimes.Extras(i).Select(value => tensors[value])];
            byNode[i] = new Launch(
                node.Origin[0], node.Op, [.. node.Inputs.Select(value => tensors[value])], tensors[node.Output],
                extras);
        }
        foreach (int[][] stage in planned.All)
            stages.Add([.. stage.Select(chain => chain.Select(i => byNode[i]).OfType<Launch>().ToArray())]);
        (input, output) = (tensors[graph.Input], tensors[graph.Output]);
    }

    /// <summary>The layers of the operation that makes a tensor; null where none here does.</summary>
    public string? LayerOf(Tensor y) => stages
        .SelectMany(stage => stage).SelectMany(chain => chain).FirstOrDefault(launch => launch.Output == y)?.Layer;

    /// <summary>Runs the part's rows of a batch.</summary>
    /// <param name="batch">The values of the whole batch.</param>
    /// <param name="result">Gets the part's rows of the result.</param>
    public void Run(ReadOnlySpan<float> batch, Span<float> result)
    {
        input.CopyFrom(batch.Slice((int)rows.Before(batch.Length), (int)input.Count));
        // Who observes operations wants them one after the other.
        IBranches? branches = device.Observer is null ? device.Backend.Branches : null;
        foreach (Launch[][] stage in stages)
            if (stage.Length > 1 && branches is not null) branches.Run(stage.Length, i => Run(stage[i]));
            else
                foreach (Launch[] chain in stage) Run(chain);
        output.CopyTo(result.Slice((int)rows.Before(result.Length), (int)output.Count));
    }

    /// <summary>Lets go of the slots.</summary>
    public void Release()
    {
        foreach (Tensor view in views) view.Release();
    }

    void Run(Launch[] chain)
    {
        foreach (Launch launch in chain)
        {
            launch.Op.Forward(device.Backend, launch.Inputs, launch.Output, launch.Extras);
            device.Observer?.Applied(launch.Op, launch.Inputs, launch.Output);
        }
    }

    Tensor View(Tensor slot, PlanValue value, long start)
    {
        Tensor view = rows.AreAll
            ? start == 0 ? slot.Share(value.Shape, "a plan's value", value.Type)
                : slot.Part(start, value.Shape, "a plan's value", value.Type)
            : slot.Part(rows.Before(slot.Count), rows.Of(value.Shape), "a plan's value", value.Type);
        view.ChannelBlock = value.Block;
        return view;
    }
}
