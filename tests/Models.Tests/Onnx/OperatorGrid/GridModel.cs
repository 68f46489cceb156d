using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;

namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>A model of one node. Its float inputs are the model's, the others are constants.</summary>
/// <param name="Type">The operator.</param>
/// <param name="Opset">The operator set.</param>
/// <param name="Inputs">The inputs in order; null for one left out.</param>
/// <param name="Constant">From which input on they are constants.</param>
/// <param name="Attributes">Numbers, lists of numbers, texts.</param>
sealed record GridModel(
    string Type, int Opset, OnnxTensor?[] Inputs, int Constant, params (string Name, object Value)[] Attributes)
{
    /// <summary>The node's outputs that are the model's.</summary>
    public int Outputs { get; init; } = 1;

    /// <summary>Further outputs of the node, which nobody reads.</summary>
    public int Unread { get; init; }

    public IEnumerable<OnnxTensor> Fed =>
        Inputs.Take(Constant).OfType<OnnxTensor>().Where(input => input.IsFloat);

    public byte[] ToBytes()
    {
        GraphProto graph = new() { Name = "grid" };
        NodeProto node = new() { OpType = Type, Name = "node" };
        for (int i = 0; i < Inputs.Length; i++)
        {
            node.Input.Add(Inputs[i]?.Name ?? "");
            if (Inputs[i] is not { } input) continue;
            if (Fed.Contains(input)) graph.Input.Add(Messages.Port(input.Name, input.Dims));
            else graph.Initializer.Add(Messages.Tensor(input));
        }
        for (int i = 0; i < Outputs + Unread; i++)
        {
            node.Output.Add($"y{i}");
            if (i < Outputs) graph.Output.Add(new ValueInfoProto { Name = $"y{i}" });
        }
        foreach ((string name, object value) in Attributes) node.Attribute.Add(Messages.Attribute(name, value));
        graph.Node.Add(node);
        return Messages.File(graph, Opset, irVersion: Opset < 15 ? 7 : 10);
    }

    public override string ToString() =>
        $"{Type}-{Opset}({string.Join(", ", Inputs.Select(i => i is null ? "-" : $"[{string.Join(",", i.Dims)}]"))}"
        + string.Concat(Attributes.Select(a => $" {a.Name}={Text(a.Value)}")) + ")"
        + string.Concat(Inputs.Skip(1).Where(i => i is { IsFloat: false }).Select(i =>
            $" {i!.Name}=({string.Join(",", i.IntegersOrNull!)})"));

    static string Text(object value) => value is long[] list ? $"({string.Join(",", list)})" : $"{value}";
}
