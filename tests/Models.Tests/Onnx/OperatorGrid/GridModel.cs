using Google.Protobuf;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using AttributeType = TripletGpu.Models.Onnx.Format.AttributeProto.Types.AttributeType;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

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
    public int Outputs { get; init; } = 1;

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
            if (Fed.Contains(input)) graph.Input.Add(Port(input.Name, input.Dims));
            else graph.Initializer.Add(Message(input));
        }
        for (int i = 0; i < Outputs; i++)
        {
            node.Output.Add($"y{i}");
            graph.Output.Add(new ValueInfoProto { Name = $"y{i}" });
        }
        foreach ((string name, object value) in Attributes) node.Attribute.Add(Attribute(name, value));
        graph.Node.Add(node);
        ModelProto model = new() { IrVersion = Opset < 15 ? 7 : 10, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return model.ToByteArray();
    }

    public override string ToString() =>
        $"{Type}-{Opset}({string.Join(", ", Inputs.Select(i => i is null ? "-" : $"[{string.Join(",", i.Dims)}]"))}"
        + string.Concat(Attributes.Select(a => $" {a.Name}={Text(a.Value)}")) + ")"
        + string.Concat(Inputs.Skip(1).Where(i => i is { IsFloat: false }).Select(i =>
            $" {i!.Name}=({string.Join(",", i.IntegersOrNull!)})"));

    static string Text(object value) => value is long[] list ? $"({string.Join(",", list)})" : $"{value}";

    static ValueInfoProto Port(string name, long[] dims)
    {
        TensorShapeProto shape = new();
        foreach (long extent in dims) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = extent });
        TypeProto.Types.Tensor type = new() { ElemType = (int)DataType.Float, Shape = shape };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }

    static TensorProto Message(OnnxTensor tensor)
    {
        TensorProto message = new()
        {
            Name = tensor.Name,
            DataType = (int)(tensor.IsFloat ? DataType.Float : DataType.Int64),
        };
        message.Dims.Add(tensor.Dims);
        if (tensor.FloatsOrNull is { } floats) message.FloatData.Add(floats);
        else message.Int64Data.Add(tensor.IntegersOrNull!);
        return message;
    }

    static AttributeProto Attribute(string name, object value)
    {
        AttributeProto attribute = new() { Name = name };
        switch (value)
        {
            case int number: (attribute.Type, attribute.I) = (AttributeType.Int, number); break;
            case float number: (attribute.Type, attribute.F) = (AttributeType.Float, number); break;
            case string text:
                (attribute.Type, attribute.S) = (AttributeType.String, ByteString.CopyFromUtf8(text));
                break;
            case long[] list:
                attribute.Type = AttributeType.Ints;
                attribute.Ints.Add(list);
                break;
            case float[] list:
                attribute.Type = AttributeType.Floats;
                attribute.Floats.Add(list);
                break;
            default: throw new ArgumentException($"{value}");
        }
        return attribute;
    }
}
