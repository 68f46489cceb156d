using System.Runtime.InteropServices;
using Google.Protobuf;
using TripletGpu.Models.Onnx.Format;
using AttributeType = TripletGpu.Models.Onnx.Format.AttributeProto.Types.AttributeType;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Onnx.Export;

/// <summary>
/// The scaling of pixels as nodes before a graph, so that the file takes pixels in [0, 1]: Gather where the channels
/// are reversed, Mul, Add. Constants are nodes too, which every version of the format takes.
/// </summary>
static class PixelNodes
{
    /// <summary>From this opset on Mul and Add broadcast as NumPy does.</summary>
    public const long LeastOpset = 7;

    /// <summary>Puts the nodes between the graph's input and its readers.</summary>
    public static void Put(GraphProto graph, PixelScaling scaling)
    {
        HashSet<string> weights = [.. graph.Initializer.Select(tensor => tensor.Name)];
        string input = graph.Input.First(port => !weights.Contains(port.Name)).Name;
        string prefix = Unused(graph, $"{input}.pixels");
        List<NodeProto> nodes = [];
        string x = input;
        int channels = scaling.Scale.Count;
        if (scaling.ReversesChannels)
        {
            string order = Constant("order", DataType.Int64, [channels],
                MemoryMarshal.AsBytes<long>([.. Enumerable.Range(0, channels).Select(c => channels - 1L - c)]));
            NodeProto gather = Node("Gather", "reversed", x, order);
            gather.Attribute.Add(new AttributeProto { Name = "axis", Type = AttributeType.Int, I = 1 });
            x = gather.Name;
        }
        x = Node("Mul", "multiplied", x, Floats("scale", scaling.Scale)).Name;
        x = Node("Add", "scaled", x, Floats("shift", scaling.Shift)).Name;
        foreach (NodeProto node in graph.Node)
            for (int i = 0; i < node.Input.Count; i++)
                if (node.Input[i] == input) node.Input[i] = x;
        for (int i = 0; i < nodes.Count; i++) graph.Node.Insert(i, nodes[i]);

        string Floats(string name, IReadOnlyList<float> values) => Constant(
            name, DataType.Float, [1, channels, 1, 1], MemoryMarshal.AsBytes<float>([.. values]));

        string Constant(string name, DataType type, long[] dims, ReadOnlySpan<byte> values)
        {
            NodeProto node = Node("Constant", name);
            node.Attribute.Add(new AttributeProto
            {
                Name = "value",
                Type = AttributeType.Tensor,
                T = new TensorProto { DataType = (int)type, Dims = { dims }, RawData = ByteString.CopyFrom(values) },
            });
            return node.Name;
        }

        NodeProto Node(string type, string name, params string[] inputs)
        {
            string output = $"{prefix}.{name}";
            NodeProto node = new() { OpType = type, Name = output, Input = { inputs }, Output = { output } };
            nodes.Add(node);
            return node;
        }
    }

    /// <summary>A name with which no value of the graph begins.</summary>
    static string Unused(GraphProto graph, string name)
    {
        while (graph.Node.Any(n => n.Output.Any(o => o.StartsWith(name, StringComparison.Ordinal)))) name += "_";
        return name;
    }
}
