using TripletGpu.Backends;

namespace TripletGpu.Inference;

/// <summary>
/// Rows of a batch that a thread takes through a whole plan: its values stay in that thread's caches, and threads meet
/// once a batch instead of at every operation.
/// </summary>
/// <param name="From">The first row.</param>
/// <param name="To">The row past the last.</param>
/// <param name="All">Rows of the batch.</param>
readonly record struct RowParts(int From, int To, int All)
{
    /// <summary>Whether these are all rows.</summary>
    public bool AreAll => To - From == All;

    /// <summary>
    /// A plan's parts: one a thread, or all rows where they are fewer, not independent, or few beside the weights.
    /// </summary>
    public static RowParts[] Of(PlanGraph graph, IBranches? branches)
    {
        int rows = graph.Input.Shape.Rank > 0 ? graph.Input.Shape[0] : 1, parts = branches?.Parts ?? 1;
        if (rows < parts || !AreWorthIt(graph, parts) || !graph.Nodes.All(node => IsByRow(node, rows))) parts = 1;
        return [.. Enumerable.Range(0, parts).Select(part =>
            new RowParts((int)((long)rows * part / parts), (int)((long)rows * (part + 1) / parts), rows))];
    }

    /// <summary>The shape of these rows of a value.</summary>
    public Shape Of(Shape whole) => AreAll ? whole : whole.With(0, To - From);

    /// <summary>How many of a number of elements lie before these rows.</summary>
    public long Before(long elements) => AreAll ? 0 : elements / All * From;

    /// <summary>
    /// A part gains with each element that an operation writes, and loses with each weight: every part reads all of
    /// them, and transforms those of Winograd's form, which threads share where they share an operation. Measured with
    /// two threads, as many elements as weights are where both take the same time.
    /// </summary>
    static bool AreWorthIt(PlanGraph graph, int parts)
    {
        long elements = graph.Nodes.Sum(node => node.Op.IsView ? 0 : node.Output.Shape.Count);
        long weights = graph.Nodes.Sum(node => node.Inputs.Sum(value => value.Constant?.Count ?? 0));
        return elements >= (parts - 1) * weights;
    }

    static bool IsByRow(PlanNode node, int rows)
    {
        Shape[] x = [.. node.Inputs.Select(value => value.Shape)];
        Shape y = node.Output.Shape;
        if (!HasRows(y, rows) || node.Op.Extras(x).Any(extra => !HasRows(extra.Shape, rows))) return false;
        for (int i = 0; i < x.Length; i++)
        {
            bool isByRow = node.Op.ReadsByRow(i, x, y);
            // A constant is the same for all rows: one that has a row for each would have to be cut.
            bool fits = node.Inputs[i].Constant is null ? isByRow && HasRows(x[i], rows) : !isByRow || x[i][0] == 1;
            if (!fits) return false;
        }
        return true;
    }

    static bool HasRows(Shape shape, int rows) => shape.Rank > 0 && shape[0] == rows;
}
