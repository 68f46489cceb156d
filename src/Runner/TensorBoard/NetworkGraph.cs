using TripletGpu.Autograd;
using TripletGpu.Models;
using TripletGpu.Models.Summary;
using TripletGpu.Modules;

namespace TripletGpu.Runner.TensorBoard;

/// <summary>
/// A network's operations and parameters with what reads what, found by running it once on a black image. The names of
/// modules become groups.
/// </summary>
sealed class NetworkGraph : IOpObserver
{
    const string Images = "images";

    readonly LayerNames names;
    readonly Dictionary<Tensor, string> givers = new(ReferenceEqualityComparer.Instance);
    readonly HashSet<string> taken = [Images];
    readonly List<GraphNode> nodes = [];

    NetworkGraph(Module network) => names = new LayerNames(network);

    /// <summary>The nodes in forward order.</summary>
    /// <param name="network">Left as it was.</param>
    public static IReadOnlyList<GraphNode> Of(EmbeddingNetwork network)
    {
        NetworkGraph graph = new(network);
        graph.nodes.Add(new GraphNode(Images, "Placeholder", [], [-1, .. network.ImageShape.ToArray()]));
        NetworkSummary.Observe(network, network.ImageShape, graph);
        return graph.nodes;
    }

    /// <inheritdoc/>
    public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        string layer = names.Next(op, x).Replace('.', '/');
        List<string> inputs = [];
        foreach (Tensor input in x) inputs.Add(NameOf(input));
        string name = Unique(HasParameter(x) ? $"{layer}/{op.Name}" : layer);
        // The batch has no size of its own.
        int[] output = y.Shape.ToArray();
        if (output.Length > 0) output[0] = -1;
        nodes.Add(new GraphNode(name, op.Name, inputs, output));
        givers[y] = name;
    }

    /// <summary>Who gives a tensor; parameters become nodes when they are first read.</summary>
    string NameOf(Tensor tensor)
    {
        if (givers.TryGetValue(tensor, out string? known)) return known;
        if (names.ParameterOf(tensor) is not { } parameter) return Images;
        string name = Unique(parameter.Name.Replace('.', '/'));
        nodes.Add(new GraphNode(
            name, parameter.IsStatistic ? "Statistic" : "Parameter", [], parameter.Value.Shape.ToArray()));
        return givers[tensor] = name;
    }

    bool HasParameter(ReadOnlySpan<Tensor> x)
    {
        foreach (Tensor input in x)
            if (names.ParameterOf(input) is not null) return true;
        return false;
    }

    string Unique(string name)
    {
        string unique = name;
        for (int number = 2; !taken.Add(unique); number++) unique = $"{name}_{number}";
        return unique;
    }
}
