using TripletGpu.Models.Onnx.Format;

namespace TripletGpu.Models.Onnx;

/// <summary>A graph inside a node. It reads values of the graph around it by their names.</summary>
sealed class OnnxBranch
{
    public OnnxBranch(string name, GraphProto graph, long opset, string modelPath)
    {
        Name = name;
        Nodes = [.. graph.Node.Select(n => new OnnxNode(n, opset, modelPath))];
        Outputs = [.. graph.Output.Select(output => output.Name)];
        Constants = graph.Initializer.DistinctBy(t => t.Name).ToDictionary(
            t => t.Name, t => OnnxTensor.From(t, modelPath));
        // A loop's body has inputs of its own.
        HashSet<string> made =
        [
            .. graph.Input.Select(input => input.Name), .. Constants.Keys, .. Nodes.SelectMany(node => node.Outputs),
        ];
        Captured = [.. Nodes.SelectMany(node => node.Inputs).Concat(Outputs)
            .Where(value => value.Length > 0 && !made.Contains(value)).Distinct()];
    }

    /// <summary>The attribute that holds it.</summary>
    public string Name { get; }

    /// <summary>In an order in which they can run, as the format demands.</summary>
    public IReadOnlyList<OnnxNode> Nodes { get; }

    public IReadOnlyList<string> Outputs { get; }

    public IReadOnlyDictionary<string, OnnxTensor> Constants { get; }

    /// <summary>Names of values from around it.</summary>
    public IReadOnlyList<string> Captured { get; }
}
