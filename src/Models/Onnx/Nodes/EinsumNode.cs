using TripletGpu.MetricLearning;
using TripletGpu.Ops;

namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Sums of products of elements by the names of their axes: "bid,bjd->bij". Operands are joined from left to right,
/// each pair by matrix products, one for each place of the axes that both have and the result keeps.
/// </summary>
static class EinsumNode
{
    // Axes of an ellipsis are named by digits, the last one 0: they are aligned at the end.
    const string Ellipsis = "...";

    public static Dictionary<string, NodeHandler> All { get; } = new() { ["Einsum"] = call => [Einsum(call)] };

    /// <summary>A tensor, and the name of each of its axes.</summary>
    readonly record struct Named(Tensor Values, string Axes);

    static Tensor Einsum(NodeCall call)
    {
        Tensor[] operands = [.. Enumerable.Range(0, call.InputCount).Select(call.Tensor)];
        (string[] terms, string result) = Parse(call, [.. operands.Select(x => x.Shape.Rank)]);
        CheckExtents(call, operands, terms);
        Named y = new(operands[0], terms[0]);
        for (int i = 1; i < operands.Length; i++)
            y = Join(call, y, new Named(operands[i], terms[i]), result + string.Concat(terms[(i + 1)..]));
        y = Summed(y, result);
        return y.Values.Ordered([.. result.Select(axis => y.Axes.IndexOf(axis))]);
    }

    /// <summary>The names of each operand's axes, and of the result's.</summary>
    static (string[] Terms, string Result) Parse(NodeCall call, int[] ranks)
    {
        string equation = call.Node.Text("equation", "").Replace(" ", "");
        string[] sides = equation.Split("->"), written = sides[0].Split(',');
        if (sides.Length > 2 || written.Length != ranks.Length)
            throw call.Error($"the equation {equation} does not name the axes of {ranks.Length} operands");
        int most = 0;
        string[] terms = [.. written.Select((term, i) =>
        {
            int rest = ranks[i] - term.Replace(Ellipsis, "").Length;
            bool hasRest = term.Contains(Ellipsis, StringComparison.Ordinal);
            if (rest < 0 || (rest > 0 && !hasRest))
                throw call.Error($"the equation {equation} does not name the {ranks[i]} axes of operand {i}");
            most = Math.Max(most, rest);
            return term.Replace(Ellipsis, Digits(rest));
        })];
        string all = string.Concat(terms);
        string result = sides.Length == 2
            ? sides[1].Replace(Ellipsis, Digits(most))
            : Digits(most) + string.Concat(all.Where(c => char.IsLetter(c) && all.Count(a => a == c) == 1).Order());
        if (all.Concat(result).Any(c => !char.IsAsciiLetterOrDigit(c)) || result.Except(all).Any()
            || result.Distinct().Count() < result.Length)
            throw call.Error($"the equation {equation} has no meaning");
        if (terms.Any(term => term.Distinct().Count() < term.Length))
            throw call.Error($"the equation {equation} takes a diagonal, which is not supported");
        return (terms, result);
    }

    static string Digits(int count) => string.Concat(Enumerable.Range(0, count).Reverse());

    static void CheckExtents(NodeCall call, Tensor[] operands, string[] terms)
    {
        Dictionary<char, int> extents = [];
        for (int i = 0; i < operands.Length; i++)
            for (int axis = 0; axis < terms[i].Length; axis++)
            {
                int extent = operands[i].Shape[axis];
                if (extents.TryAdd(terms[i][axis], extent) || extents[terms[i][axis]] == extent) continue;
                throw call.Error(
                    $"operand {i} is {operands[i].Shape}: its axis {axis} must be {extents[terms[i][axis]]};"
                    + " repeating one element is not supported");
            }
    }

    /// <summary>Products of two operands, summed over the axes that nothing later asks for.</summary>
    static Named Join(NodeCall call, Named a, Named b, string wanted)
    {
        a = Summed(a, wanted + b.Axes);
        b = Summed(b, wanted + a.Axes);
        string shared = string.Concat(a.Axes.Intersect(b.Axes));
        string places = string.Concat(shared.Intersect(wanted)), inner = string.Concat(shared.Except(wanted));
        string rows = string.Concat(a.Axes.Except(shared)), columns = string.Concat(b.Axes.Except(shared));
        Tensor left = Stacked(a, places, rows, inner), right = Stacked(b, places, inner, columns);
        Dictionary<char, int> extents = Extents(a);
        foreach ((char axis, int extent) in Extents(b)) extents[axis] = extent;
        string axes = places + rows + columns;
        long[] dims = [.. axes.Select(axis => (long)extents[axis])];
        return new Named(MatrixNodes.Batches(call, left, right).As(call.ShapeOf(dims)), axes);
    }

    /// <summary>(places, rows, columns), each of several axes.</summary>
    static Tensor Stacked(Named x, string places, string rows, string columns)
    {
        Tensor y = x.Values.Ordered([.. (places + rows + columns).Select(axis => x.Axes.IndexOf(axis))]);
        int ofPlaces = places.Length, ofRows = ofPlaces + rows.Length;
        return y.Reshape(
            y.Shape.Product(0, ofPlaces), y.Shape.Product(ofPlaces, ofRows), y.Shape.Product(ofRows, y.Shape.Rank));
    }

    static Named Summed(Named x, string wanted)
    {
        int[] gone = [.. Enumerable.Range(0, x.Axes.Length).Where(axis => !wanted.Contains(x.Axes[axis]))];
        return gone.Length == 0 ? x
            : new Named(x.Values.Sum(gone), string.Concat(x.Axes.Where((_, axis) => !gone.Contains(axis))));
    }

    static Dictionary<char, int> Extents(Named x) =>
        x.Axes.Select((axis, i) => (axis, i)).ToDictionary(p => p.axis, p => x.Values.Shape[p.i]);
}
