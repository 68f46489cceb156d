using System.Runtime.InteropServices;
using Google.Protobuf;
using TripletGpu.Autograd;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Summary;
using TripletGpu.Modules;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Onnx.Export;

/// <summary>
/// Writes a network as ONNX, opset 13, IR version 7: it runs the network once and writes down each operation. The
/// number of images stays free.
/// </summary>
public sealed class OnnxExport : IOpObserver
{
    const int Opset = 13, IrVersion = 7;
    const string InputName = "images", OutputName = "embeddings";

    readonly GraphProto graph = new() { Name = "triplet" };
    readonly Dictionary<Tensor, string> names = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<Tensor, Parameter> parameters = new(ReferenceEqualityComparer.Instance);
    readonly Dictionary<string, int> numbers = [];
    string last = InputName;
    int constants;
    Tensor? images;

    OnnxExport(Module network)
    {
        foreach (Parameter parameter in network.Parameters()) parameters[parameter.Value] = parameter;
    }

    /// <summary>Writes a network.</summary>
    /// <exception cref="UserErrorException">It has an operation that cannot be written, or the file cannot.</exception>
    public static void Write(string path, EmbeddingNetwork network)
    {
        AtomicFile.Write(path, (network is OnnxNetwork onnx ? TrainedGraph.Of(onnx) : Trace(network)).WriteTo);
    }

    static ModelProto Trace(EmbeddingNetwork network)
    {
        OnnxExport export = new(network);
        NetworkSummary.Observe(network, network.ImageShape, export);
        return export.Finish(network);
    }

    /// <inheritdoc/>
    public void Applied(Op op, ReadOnlySpan<Tensor> x, Tensor y)
    {
        string[] inputs = new string[x.Length];
        for (int i = 0; i < inputs.Length; i++) inputs[i] = Name(x[i]);
        names[y] = last = OpExport.Write(this, op, inputs, x[0].Shape, y.Shape);
    }

    /// <summary>Adds a node with one output, whose name is returned.</summary>
    internal string Node(string type, string[] inputs, params AttributeProto[] attributes)
    {
        int number = numbers[type] = numbers.GetValueOrDefault(type) + 1;
        string output = $"{type}{number}";
        NodeProto node = new() { OpType = type, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        node.Attribute.Add(attributes);
        graph.Node.Add(node);
        return output;
    }

    /// <summary>Adds a constant.</summary>
    internal string Constant(string name, float value)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)DataType.Float };
        tensor.FloatData.Add(value);
        if (graph.Initializer.All(t => t.Name != name)) graph.Initializer.Add(tensor);
        return name;
    }

    /// <summary>Adds a list of one whole number.</summary>
    internal string Constant(string name, long value)
    {
        TensorProto tensor = new() { Name = name, DataType = (int)DataType.Int64, Dims = { 1 }, Int64Data = { value } };
        if (graph.Initializer.All(t => t.Name != name)) graph.Initializer.Add(tensor);
        return name;
    }

    string Name(Tensor tensor)
    {
        if (names.TryGetValue(tensor, out string? name)) return name;
        // The first tensor of the first operation; what else no operation has made is a constant.
        images ??= tensor;
        if (images == tensor) return names[tensor] = InputName;
        string constant = parameters.TryGetValue(tensor, out Parameter? parameter)
            ? parameter.Name
            : $"constant{++constants}";
        TensorProto proto = new()
        {
            Name = constant,
            DataType = (int)DataType.Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(tensor.ToArray().AsSpan())),
        };
        proto.Dims.Add(Array.ConvertAll(tensor.Shape.ToArray(), extent => (long)extent));
        graph.Initializer.Add(proto);
        return names[tensor] = constant;
    }

    ModelProto Finish(EmbeddingNetwork network)
    {
        NodeProto result = new() { OpType = "Identity", Name = OutputName };
        result.Input.Add(last);
        result.Output.Add(OutputName);
        graph.Node.Add(result);
        graph.Input.Add(Port(InputName, network.ImageShape.ToArray()));
        graph.Output.Add(Port(OutputName, [network.Dimension]));
        ModelProto model = new() { IrVersion = IrVersion, ProducerName = "TripletGpu", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = Opset });
        return model;
    }

    internal static ValueInfoProto Port(string name, int[] extents)
    {
        TensorShapeProto shape = new();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "n" });
        foreach (int extent in extents) shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = extent });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto
            {
                TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = shape },
            },
        };
    }
}
