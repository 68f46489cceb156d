using TripletGpu.Models.Onnx.Format;

namespace TripletGpu.Models.Onnx;

/// <summary>One node of a graph with typed access to its attributes.</summary>
sealed class OnnxNode
{
    readonly NodeProto node;
    readonly long opset;
    readonly string modelPath;

    public OnnxNode(NodeProto node, long opset, string modelPath)
    {
        (this.node, this.opset, this.modelPath) = (node, opset, modelPath);
        Branches =
            [.. node.Attribute.Where(a => a.G is not null).Select(a => new OnnxBranch(a.Name, a.G, opset, modelPath))];
        Inputs = [.. node.Input, .. Branches.SelectMany(branch => branch.Captured).Distinct()];
    }

    public string OpType => node.OpType;

    /// <summary>The node's name, or what makes it recognisable where it has none.</summary>
    public string Name => node.Name.Length > 0 ? node.Name : $"{node.OpType} making \"{Outputs.FirstOrDefault()}\"";

    public string Domain => node.Domain;

    /// <summary>The version of the operator set that the model imports.</summary>
    public long Opset => opset;

    /// <summary>
    /// Names of the inputs, an empty one for an optional input left out; then what the branches read from around them.
    /// </summary>
    public IReadOnlyList<string> Inputs { get; }

    public IReadOnlyList<string> Outputs => node.Output;

    /// <summary>The graphs inside the node: what If chooses from.</summary>
    public IReadOnlyList<OnnxBranch> Branches { get; }

    /// <summary>The node and all nodes of its branches.</summary>
    public IEnumerable<OnnxNode> WithBranches
    {
        get
        {
            yield return this;
            foreach (OnnxBranch branch in Branches)
                foreach (OnnxNode node in branch.Nodes)
                    foreach (OnnxNode inner in node.WithBranches) yield return inner;
        }
    }

    /// <summary>What the node computes from what: the same for nodes that make the same.</summary>
    public string Recipe =>
        $"{OpType}({string.Join(", ", node.Input)}) {string.Join(' ', node.Attribute.OrderBy(a => a.Name))}";

    /// <summary>Names of the attributes that are set.</summary>
    public IEnumerable<string> Attributes => node.Attribute.Select(a => a.Name);

    public bool Has(string name) => Find(name) is not null;

    public bool HasInput(int index) => index < Inputs.Count && Inputs[index].Length > 0;

    public long Int(string name, long otherwise) => Find(name)?.I ?? otherwise;

    public float Float(string name, float otherwise) => Find(name)?.F ?? otherwise;

    public string Text(string name, string otherwise) => Find(name)?.S.ToStringUtf8() ?? otherwise;

    public long[]? Ints(string name) => Find(name) is { } attribute ? [.. attribute.Ints] : null;

    public float[]? Floats(string name) => Find(name) is { } attribute ? [.. attribute.Floats] : null;

    public OnnxTensor? Tensor(string name) =>
        Find(name) is { T: { } tensor } ? OnnxTensor.From(tensor, modelPath) : null;

    /// <summary>An error that names the node, its operator and the file.</summary>
    public UserErrorException Error(string message) =>
        new($"{modelPath}: node {Name} ({OpType}, opset {opset}): {message}");

    AttributeProto? Find(string name) => node.Attribute.FirstOrDefault(a => a.Name == name);
}
