using System.Runtime.InteropServices;
using Google.Protobuf;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Modules;
using AttributeType = TripletGpu.Models.Onnx.Format.AttributeProto.Types.AttributeType;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Onnx.Export;

/// <summary>
/// A network that came from an ONNX file: that file with the trained weights, for inference, and the normalisation of
/// embeddings behind it. External data becomes part of the file.
/// </summary>
static class TrainedGraph
{
    // From these opsets on bounds and axes are inputs instead of attributes.
    const long BoundsAreInputs = 11, AxesAreInputs = 18;
    const float Shortest = 1e-12f;

    public static ModelProto Of(OnnxNetwork network)
    {
        OnnxModel source = network.Graph.Model;
        ModelProto model = source.Proto.Clone();
        GraphProto graph = model.Graph;
        Dictionary<string, Parameter> trained = network.Parameters().ToDictionary(parameter => parameter.Name);
        for (int i = 0; i < graph.Initializer.Count; i++)
        {
            TensorProto tensor = graph.Initializer[i];
            if (trained.Remove(tensor.Name, out Parameter? parameter)) graph.Initializer[i] = Message(parameter);
            else if (tensor.DataLocation == TensorProto.Types.DataLocation.External)
                graph.Initializer[i] = Message(OnnxTensor.From(tensor, source.Path));
        }
        // What is left was made of constants by a node, and has become a weight of its own.
        foreach (Parameter parameter in trained.Values)
        {
            graph.Node.Remove(graph.Node.First(node => node.Output.Contains(parameter.Name)));
            graph.Initializer.Add(Message(parameter));
        }
        foreach ((string copy, string weight) in network.Graph.Copies)
        {
            graph.Node.Remove(graph.Node.First(node => node.Output.Contains(copy)));
            foreach (NodeProto node in graph.Node) Rename(node, copy, weight);
        }
        if (trained.Count > 0) RemoveUnread(model);
        foreach (NodeProto node in graph.Node) StopTraining(node);
        Keep(graph.Output, 1);
        if (network.Scaling is { } scaling)
        {
            PixelNodes.Put(graph, scaling);
            OperatorSetIdProto set = model.OpsetImport.First(o => o.Domain is "" or "ai.onnx");
            // What an older file may hold means the same from here on, and these nodes mean nothing before.
            set.Version = Math.Max(set.Version, PixelNodes.LeastOpset);
        }
        if (network.IsNormalized) Normalize(graph, source.Opset, network.Dimension);
        return model;
    }

    /// <summary>
    /// Takes out what such nodes had read. From IR version 4 on an initializer need not be an input as well.
    /// </summary>
    static void RemoveUnread(ModelProto model)
    {
        const long initializersAlone = 4;
        HashSet<string> read = [.. model.Graph.Node.SelectMany(Read), .. model.Graph.Output.Select(o => o.Name)];
        foreach (TensorProto tensor in model.Graph.Initializer.Where(t => !read.Contains(t.Name)).ToArray())
        {
            model.Graph.Initializer.Remove(tensor);
            foreach (ValueInfoProto input in model.Graph.Input.Where(i => i.Name == tensor.Name).ToArray())
                model.Graph.Input.Remove(input);
        }
        model.IrVersion = Math.Max(model.IrVersion, initializersAlone);
    }

    /// <summary>Lets a node read a value under another name, in its branches too.</summary>
    static void Rename(NodeProto node, string from, string to)
    {
        for (int i = 0; i < node.Input.Count; i++)
            if (node.Input[i] == from) node.Input[i] = to;
        foreach (GraphProto branch in node.Attribute.Select(a => a.G).OfType<GraphProto>())
            foreach (NodeProto inner in branch.Node) Rename(inner, from, to);
    }

    static IEnumerable<string> Read(NodeProto node) => node.Input.Concat(
        node.Attribute.Where(a => a.G is not null).SelectMany(a => a.G.Node.SelectMany(Read).Concat(
            a.G.Output.Select(output => output.Name))));

    static TensorProto Message(Parameter parameter) => Message(OnnxTensor.Of(
        parameter.Name, Array.ConvertAll(parameter.Value.Shape.ToArray(), extent => (long)extent),
        parameter.Value.ToArray()));

    static TensorProto Message(OnnxTensor values) => new()
    {
        Name = values.Name,
        DataType = (int)(values.IsFloat ? DataType.Float : DataType.Int64),
        Dims = { values.Dims },
        RawData = ByteString.CopyFrom(values.FloatsOrNull is { } floats
            ? MemoryMarshal.AsBytes(floats.AsSpan())
            : MemoryMarshal.AsBytes(values.IntegersOrNull!.AsSpan())),
    };

    /// <summary>Batch norms take their running statistics; dropouts lose the input that says they drop.</summary>
    static void StopTraining(NodeProto node)
    {
        if (node.OpType == "Dropout") Keep(node.Input, 2);
        if (node.OpType != "BatchNormalization") return;
        foreach (AttributeProto mode in node.Attribute.Where(a => a.Name == "training_mode")) mode.I = 0;
        Keep(node.Output, 1);
    }

    static void Normalize(GraphProto graph, long opset, int dimension)
    {
        string output = graph.Output[0].Name;
        NodeProto flat = Node("Flatten", $"{output}.flat", output);
        NodeProto length = Node("ReduceL2", $"{output}.length", flat.Name);
        NodeProto bounded = Node("Clip", $"{output}.bounded", length.Name);
        if (opset < AxesAreInputs)
            length.Attribute.Add(new AttributeProto { Name = "axes", Type = AttributeType.Ints, Ints = { 1 } });
        else AddInput(length, OnnxTensor.Of($"{output}.axes", [1], [1L]));
        if (opset < BoundsAreInputs)
            bounded.Attribute.Add(new AttributeProto { Name = "min", Type = AttributeType.Float, F = Shortest });
        else AddInput(bounded, OnnxTensor.Of($"{output}.shortest", [], [Shortest]));
        NodeProto normalized = Node("Div", $"{output}.normalised", flat.Name, bounded.Name);
        graph.Node.Add([flat, length, bounded, normalized]);
        graph.Output[0] = OnnxExport.Port(normalized.Name, [dimension]);

        void AddInput(NodeProto node, OnnxTensor constant)
        {
            graph.Initializer.Add(Message(constant));
            node.Input.Add(constant.Name);
        }
    }

    static NodeProto Node(string type, string output, params string[] inputs) =>
        new() { OpType = type, Name = output, Input = { inputs }, Output = { output } };

    static void Keep<T>(IList<T> list, int count)
    {
        while (list.Count > count) list.RemoveAt(count);
    }
}
