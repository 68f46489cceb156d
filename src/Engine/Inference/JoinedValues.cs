using TripletGpu.Autograd;
using TripletGpu.Ops;

namespace TripletGpu.Inference;

/// <summary>
/// Values that a concatenation joins where they lie one behind the other in its result, as an inception module's
/// branches of one image do: the operations that make them write there, and nothing is copied.
/// </summary>
sealed class JoinedValues
{
    // Floats that a part of memory begins at a multiple of, as in a TensorBlock.
    const int Alignment = 16;

    readonly Dictionary<PlanValue, (PlanValue Whole, long Start)> places = [];
    readonly HashSet<PlanNode> done = [];

    /// <param name="graph">The nodes.</param>
    public JoinedValues(PlanGraph graph)
    {
        Dictionary<PlanValue, PlanNode> makers = graph.Nodes.ToDictionary(node => node.Output);
        HashSet<PlanValue> viewed = [.. graph.Nodes.Where(node => node.Op.IsView).Select(node => node.Inputs[0])];
        foreach (PlanNode node in graph.Nodes)
        {
            if (node.Op is not Concat { Axis: > 0 and int axis } || node.Output.Shape.Product(0, axis) != 1) continue;
            List<(PlanValue Value, long Start)> parts = [];
            long start = 0;
            foreach (PlanValue value in node.Inputs)
            {
                parts.Add((value, start));
                start += value.Shape.Count;
            }
            bool canWrite = node.Inputs.Distinct().Count() == parts.Count && parts.TrueForAll(part =>
                part.Start % Alignment == 0 && part.Value.Shape.Count > 0 && part.Value.Block == node.Output.Block
                && !places.ContainsKey(part.Value) && !viewed.Contains(part.Value)
                && makers.TryGetValue(part.Value, out PlanNode? maker) && maker.Op is { IsView: false } and not Concat);
            if (!canWrite) continue;
            done.Add(node);
            foreach ((PlanValue value, long at) in parts) places[value] = (node.Output, at);
        }
    }

    /// <summary>Whether what a node makes is there when its inputs are.</summary>
    public bool IsDone(PlanNode node) => done.Contains(node);

    /// <summary>The value that another lies in, and its first element there; null where it lies alone.</summary>
    public (PlanValue Whole, long Start)? PlaceOf(PlanValue value) =>
        places.TryGetValue(value, out (PlanValue, long) place) ? place : null;
}
