using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>
/// Builds a graph with random weights, layer by layer. Each method returns the name of what it makes.
/// </summary>
/// <param name="opset">The operator set.</param>
/// <param name="irVersion">3 lists initializers among the inputs, as old exporters do.</param>
sealed class GraphBuilder(int opset, int irVersion = 8)
{
    readonly GraphProto graph = new() { Name = "network" };
    readonly Random random = new(1);
    int number;

    public int Opset => opset;

    public string Node(string type, string inputs, params (string Name, object Value)[] attributes) =>
        Nodes(type, inputs, 1, attributes)[0];

    public string[] Nodes(string type, string inputs, int outputs, params (string Name, object Value)[] attributes)
    {
        NodeProto node = new() { OpType = type, Name = $"{type}_{++number}" };
        node.Input.Add(inputs.Split(' ').Select(name => name == "-" ? "" : name));
        string[] made = [.. Enumerable.Range(0, outputs).Select(i => $"v{number}_{i}")];
        node.Output.Add(made);
        foreach ((string name, object value) in attributes) node.Attribute.Add(Messages.Attribute(name, value));
        graph.Node.Add(node);
        return made;
    }

    /// <summary>Normal weights of a given deviation around a mean.</summary>
    public string Weight(double deviation, double mean, params long[] dims)
    {
        float[] values = new float[dims.Aggregate(1L, (product, extent) => product * extent)];
        for (int i = 0; i < values.Length; i++)
            values[i] = (float)(mean + deviation * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()))
                * Math.Cos(Math.Tau * random.NextDouble()));
        return Floats(dims, values);
    }

    public string Floats(long[] dims, params float[] values) =>
        Initializer(OnnxTensor.Of($"w{++number}", dims, values));

    public string Integers(params long[] values) =>
        Initializer(OnnxTensor.Of($"w{++number}", [values.Length], values));

    public string Number(float value) => Floats([], value);

    public string Conv(string x, int from, int to, int kernel, int stride = 1, int groups = 1, bool bias = false)
    {
        double deviation = Math.Sqrt(2.0 * groups / (from * kernel * kernel));
        string inputs = $"{x} {Weight(deviation, 0, to, from / groups, kernel, kernel)}";
        if (bias) inputs += $" {Weight(0.1, 0, to)}";
        int pad = kernel / 2;
        return Node("Conv", inputs, ("kernel_shape", new long[] { kernel, kernel }),
            ("strides", new long[] { stride, stride }), ("pads", new long[] { pad, pad, pad, pad }), ("group", groups));
    }

    public string Norm(string x, int channels, params (string, object)[] attributes) => Node(
        "BatchNormalization",
        $"{x} {Weight(0.1, 1, channels)} {Weight(0.1, 0, channels)} {Weight(0.1, 0, channels)}"
        + $" {Weight(0.05, 1, channels)}",
        [("epsilon", 1e-3f), .. attributes]);

    public string PRelu(string x, int channels) => Node("PRelu", $"{x} {Weight(0.05, 0.25, channels, 1, 1)}");

    public string Relu6(string x) => opset < 11
        ? Node("Clip", x, ("min", 0f), ("max", 6f)) : Node("Clip", $"{x} {Number(0)} {Number(6)}");

    public string Gemm(string x, int from, int to) => Node(
        "Gemm", $"{x} {Weight(Math.Sqrt(1.0 / from), 0, to, from)} {Weight(0.1, 0, to)}", ("transB", 1));

    public string Dense(string x, int from, int to) => Node(
        "Add", $"{Node("MatMul", $"{x} {Weight(Math.Sqrt(1.0 / from), 0, from, to)}")} {Weight(0.02, 0, to)}");

    public string Reshape(string x, params long[] dims) => Node("Reshape", $"{x} {Integers(dims)}");

    public string Order(string x, params long[] order) => Node("Transpose", x, ("perm", order));

    public string LayerNorm(string x, int width) =>
        Node("LayerNormalization", $"{x} {Weight(0.1, 1, width)} {Weight(0.1, 0, width)}", ("epsilon", 1e-6f));

    /// <summary>The file, for images (n, 3, size, size).</summary>
    public byte[] Finish(string output, bool isNhwc = false, int size = 32, int images = -1)
    {
        long[] dims = isNhwc ? [images, size, size, 3] : [images, 3, size, size];
        graph.Input.Insert(0, Messages.Port("x", dims));
        graph.Output.Add(new ValueInfoProto { Name = output, Type = Messages.Port("").Type });
        graph.Output[0].Type.TensorType.Shape = null;
        if (irVersion < 4)
            foreach (TensorProto tensor in graph.Initializer)
            {
                ValueInfoProto port = Messages.Port(tensor.Name, [.. tensor.Dims]);
                port.Type.TensorType.ElemType = tensor.DataType;
                graph.Input.Add(port);
            }
        return Messages.File(graph, opset, irVersion);
    }

    string Initializer(OnnxTensor tensor)
    {
        graph.Initializer.Add(Messages.Tensor(tensor));
        return tensor.Name;
    }
}
