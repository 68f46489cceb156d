using Google.Protobuf;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Support;
using DataType = TripletGpu.Models.Onnx.Format.TensorProto.Types.DataType;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>Damaged and hostile files: one line that says what is wrong.</summary>
public sealed class MalformedOnnxTests
{
    string folder = "";

    [SetUp]
    public void MakeFolder() => folder = Directory.CreateTempSubdirectory("onnx").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(folder, recursive: true);

    [Test]
    public void TruncatedFile_IsExplained()
    {
        byte[] bytes = Model(Node("Relu", "x", "y")).ToByteArray();
        Expect(bytes[..(bytes.Length / 2)], "no ONNX model, or is");
    }

    [Test]
    public void Garbage_IsExplained() =>
        Expect([.. Enumerable.Range(0, 500).Select(i => (byte)(i * 37))], "no ONNX model");

    [Test]
    public void EmptyFile_IsExplained() => Expect([], "holds no graph");

    [Test]
    public void CyclicGraph_IsExplained() =>
        Expect(Model(Node("Add", "x b", "a"), Node("Relu", "a", "b"), Node("Relu", "b", "y")), "the graph has a cycle");

    [Test]
    public void MissingInput_IsNamed() =>
        Expect(Model(Node("Relu", "nowhere", "y")), "nothing makes its input \"nowhere\"");

    [Test]
    public void ValueMadeTwice_IsNamed() =>
        Expect(Model(Node("Relu", "x", "y"), Node("Exp", "x", "y")), "is made twice");

    [Test]
    public void UnsupportedOperator_IsNamed() =>
        Expect(Model(Node("Det", "x", "y")), "(Det, opset 13): the operator Det is not supported");

    [Test]
    public void Loop_IsNamed_AndTheInputsOfItsBodyAreNotMissed()
    {
        GraphProto body = new() { Name = "body" };
        body.Input.Add([Messages.Port("turn"), Messages.Port("goes"), Messages.Port("inner", -1)]);
        body.Node.Add([Node("Identity", "goes", "on"), Node("Relu", "inner", "made")]);
        body.Output.Add([Messages.Port("on"), Messages.Port("made", -1)]);
        NodeProto loop = Node("Loop", " x", "y");
        loop.Attribute.Add(
            new AttributeProto { Name = "body", Type = AttributeProto.Types.AttributeType.Graph, G = body });
        Expect(Model(loop), "(Loop, opset 13): the operator Loop is not supported");
    }

    [TestCase("AveragePool", "dilations", "no attribute dilations in this opset, only in 19 and later ones")]
    [TestCase("Clip", "max", "no attribute max in this opset, only in 10 and earlier ones")]
    [TestCase("Relu", "alpha", "no attribute alpha")]
    public void AttributeOfAnotherOpset_IsNamed_WithItsOwn(string type, string name, string expected)
    {
        NodeProto node = Node(type, "x", "y");
        node.Attribute.Add(Messages.Attribute(name, 1));
        Expect(Model(node), expected);
    }

    [TestCase(99)]
    [TestCase(6)]
    [TestCase(-1)]
    public void UnknownOpset_IsNamed(int opset)
    {
        ModelProto model = Model(Node("Relu", "x", "y"));
        model.OpsetImport[0].Version = opset;
        Expect(model, $"opset {opset}; 7 to 26 are supported");
    }

    [TestCase(new long[] { 1L << 40, 1L << 40 }, "impossible extents")]
    [TestCase(new long[] { -3 }, "impossible extents")]
    [TestCase(new long[] { 0, 1L << 32 }, "impossible extents")]
    [TestCase(new long[] { 1000, 1000 }, "need 1,000,000")]
    public void HugeExtents_AreRefused(long[] dims, string message)
    {
        TensorProto weight = new() { Name = "w", DataType = (int)DataType.Float };
        weight.Dims.Add(dims);
        weight.FloatData.Add(1);
        Expect(Model(weight, Node("Add", "x w", "y")), message);
    }

    [Test]
    public void WrongType_IsRefused()
    {
        TensorProto weight = new() { Name = "w", DataType = (int)DataType.String };
        weight.Dims.Add(1);
        Expect(Model(weight, Node("Add", "x w", "y")), "holds elements of type String");
        weight.DataType = 4711;
        Expect(Model(weight, Node("Add", "x w", "y")), "no numbers that can be used here");
    }

    [TestCase("../secret")]
    [TestCase("/etc/passwd")]
    public void ExternalDataOutsideItsFolder_IsNotRead(string location)
    {
        TensorProto weight = new()
        {
            Name = "w",
            DataType = (int)DataType.Float,
            DataLocation = TensorProto.Types.DataLocation.External,
        };
        weight.Dims.Add(2);
        weight.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        Expect(Model(weight, Node("Add", "x w", "y")), "lies outside the model's folder");
    }

    [Test]
    public void ExternalDataThroughALinkedFolder_IsNotRead()
    {
        string outside = Directory.CreateTempSubdirectory("secret").FullName;
        File.WriteAllBytes(Path.Combine(outside, "data"), new byte[8]);
        Directory.CreateSymbolicLink(Path.Combine(folder, "link"), outside);
        ExternalDataOutsideItsFolder_IsNotRead("link/data");
        Directory.Delete(outside, recursive: true);
    }

    /// <summary>Small files that ask for much: each node alone, and many that double.</summary>
    [TestCase("MatMul")]
    [TestCase("Add")]
    [TestCase("Concat")]
    public void Growth_IsLimited(string type)
    {
        TensorProto column = Zeros("a", 60_000, 1), row = Zeros("b", 1, 60_000);
        NodeProto[] nodes = type == "Concat"
            ? [
                .. Enumerable.Range(0, 40).Select(
                    i => Node(type, i == 0 ? "x x" : $"v{i} v{i}", i == 39 ? "y" : $"v{i + 1}"))]
            : [Node(type, "a b", "z"), Node("Add", "x z", "y")];
        foreach (NodeProto node in nodes)
            if (node.OpType == "Concat") node.Attribute.Add(new AttributeProto { Name = "axis", I = 0 });
        ModelProto model = Model(column, nodes);
        model.Graph.Initializer.Add(row);
        Expect(model, "is too large");

        static TensorProto Zeros(string name, long rows, long columns)
        {
            TensorProto tensor = new() { Name = name, DataType = (int)DataType.Float };
            tensor.Dims.Add([rows, columns]);
            tensor.FloatData.Add(new float[rows * columns]);
            return tensor;
        }
    }

    [Test]
    public void GraphWithoutOutput_IsRefused()
    {
        ModelProto model = Model(Node("Relu", "x", "y"));
        model.Graph.Output.Clear();
        Expect(model, "has no output");
    }

    /// <summary>What mutations have found.</summary>
    [Test]
    public void OutputsAndInputs_HaveNamesOfTheirOwn()
    {
        ModelProto model = Model(Node("Relu", "x", "y"));
        model.Graph.Output.Add(new ValueInfoProto { Name = "y" });
        Expect(model, "two outputs are called \"y\"");
        model.Graph.Output[1].Name = "";
        Expect(model, "no node makes the output \"\"");
        model = Model(Node("Relu", "x", "y"));
        model.Graph.Input.Add(new ValueInfoProto { Name = "x" });
        Expect(model, "two inputs are called \"x\"");
        Expect(Model(Node("Relu", "a\nb", "y")), "nothing makes its input \"a\\u000Ab\"");
    }

    [Test]
    public void HugeConstantOfShape_IsRefused()
    {
        TensorProto dims = new() { Name = "w", DataType = (int)DataType.Int64 };
        dims.Dims.Add(2);
        dims.Int64Data.Add([1 << 30, 1 << 30]);
        Expect(Model(dims, Node("ConstantOfShape", "w", "z"), Node("Add", "x z", "y")), "is too large");
    }

    /// <summary>A long chain in reverse order sorts in linear time.</summary>
    [Test]
    public void ReversedChain_IsSorted()
    {
        const int length = 100_000;
        NodeProto[] nodes = [
            .. Enumerable.Range(0, length).Reverse().Select(
                i => Node("Relu", i == 0 ? "x" : $"v{i}", i == length - 1 ? "y" : $"v{i + 1}"))];
        string path = Write(Model(nodes).ToByteArray());
        Assert.That(OnnxModel.Load(path).Nodes[0].Inputs[0], Is.EqualTo("x"));
    }

    void Expect(ModelProto model, string message) => Expect(model.ToByteArray(), message);

    void Expect(byte[] bytes, string message)
    {
        string path = Write(bytes);
        using Device device = TestDevices.Open("cpu-portable");
        UserErrorException error = Assert.Throws<UserErrorException>(() =>
        {
            OnnxGraph graph = new(device, path);
            graph.Evaluate(new Dictionary<string, NpyArray<float>> { ["x"] = new(new Shape(1, 2), [1, 2]) });
        })!;
        Assert.That(error.Message, Does.Contain(message).And.Contain(path).And.Not.Contain("\n"));
    }

    string Write(byte[] bytes)
    {
        string path = Path.Combine(folder, "model.onnx");
        File.WriteAllBytes(path, bytes);
        return path;
    }

    static NodeProto Node(string type, string inputs, string output)
    {
        NodeProto node = new() { OpType = type };
        node.Input.Add(inputs.Split(' '));
        node.Output.Add(output);
        return node;
    }

    static ModelProto Model(TensorProto initializer, params NodeProto[] nodes)
    {
        ModelProto model = Model(nodes);
        model.Graph.Initializer.Add(initializer);
        return model;
    }

    static ModelProto Model(params NodeProto[] nodes)
    {
        ModelProto model = new() { IrVersion = 7, Graph = new GraphProto() };
        model.OpsetImport.Add(new OperatorSetIdProto { Version = 13 });
        model.Graph.Input.Add(new ValueInfoProto { Name = "x" });
        model.Graph.Output.Add(new ValueInfoProto { Name = "y" });
        model.Graph.Node.Add(nodes);
        return model;
    }
}
