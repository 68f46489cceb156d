namespace TripletGpu.Models.Onnx.Import;

/// <summary>
/// A graph to be followed from node to node by what each reads, whatever the names. Identities and dropouts are stepped
/// over; what has been visited is remembered, so that leftovers show.
/// </summary>
sealed class GraphWalk
{
    // These only compute shapes; a value that flows through them is followed past them.
    static readonly HashSet<string> shapeNodes =
        ["Constant", "Shape", "Gather", "Unsqueeze", "Concat", "Cast", "Slice"];

    readonly OnnxModel model;
    readonly Dictionary<string, OnnxTensor> tensors;
    readonly Dictionary<string, string> aliases = [];
    readonly Dictionary<string, List<OnnxNode>> readers = [];
    readonly HashSet<OnnxNode> visited = [];
    readonly HashSet<string> read = [];

    public GraphWalk(OnnxModel model)
    {
        this.model = model;
        tensors = model.ReadInitializers();
        foreach (OnnxNode node in model.Nodes)
        {
            if (IsSteppedOver(node)) aliases[node.Outputs[0]] = Resolve(Input(node, 0));
            else if (node.OpType == "Constant" && node.Tensor("value") is { } constant)
                tensors[node.Outputs[0]] = constant;
            else if (!shapeNodes.Contains(node.OpType))
                foreach (string input in node.Inputs) Readers(Resolve(input)).Add(node);
        }
    }

    /// <summary>
    /// Channels moved to the end or back change nothing: convolutions and poolings have them in the second place
    /// wherever a file's own maker, such as Keras, keeps them.
    /// </summary>
    static bool IsSteppedOver(OnnxNode node) => node.OpType is "Identity" or "Dropout"
        || node.OpType == "Transpose" && node.Ints("perm") is [0, 3, 1, 2] or [0, 2, 3, 1];

    static string Input(OnnxNode node, int index) =>
        node.HasInput(index) ? node.Inputs[index] : throw node.Error($"input {index} is missing");

    /// <summary>The name under which a value was made, before identities.</summary>
    public string Resolve(string name) => aliases.GetValueOrDefault(name, name);

    /// <summary>The nodes that read a value.</summary>
    public List<OnnxNode> Readers(string value)
    {
        if (!readers.TryGetValue(value, out List<OnnxNode>? list)) readers[value] = list = [];
        return list;
    }

    /// <summary>The only reader of a value if it is one of these operators, visited; otherwise null.</summary>
    public OnnxNode? Next(string value, params string[] opTypes)
    {
        List<OnnxNode> found = Readers(value);
        if (found.Count != 1 || !opTypes.Contains(found[0].OpType)) return null;
        return Visit(found[0]);
    }

    /// <summary>As <see cref="Next"/>, where the network cannot go on without.</summary>
    public OnnxNode Expect(string value, string what, params string[] opTypes) => Next(value, opTypes)
        ?? throw Error($"{what} should follow \"{value}\", but there {Names(Readers(value))}");

    public OnnxNode Visit(OnnxNode node)
    {
        visited.Add(node);
        return node;
    }

    /// <summary>An input that is an initializer or a constant.</summary>
    public OnnxTensor Tensor(OnnxNode node, int index)
    {
        string name = Resolve(Input(node, index));
        read.Add(name);
        return tensors.GetValueOrDefault(name) is { IsFloat: true } tensor
            ? tensor
            : throw node.Error($"input {index}, \"{node.Inputs[index]}\", is no weight of the file");
    }

    /// <summary>The integers of an attribute or of an input that is a constant; null where there is neither.</summary>
    public long[]? Integers(OnnxNode node, string attribute, int index) => node.Ints(attribute)
        ?? (node.HasInput(index) ? tensors.GetValueOrDefault(Resolve(node.Inputs[index]))?.IntegersOrNull : null);

    /// <summary>Whether an input is an initializer or a constant.</summary>
    public bool IsTensor(OnnxNode node, int index) =>
        node.HasInput(index) && tensors.ContainsKey(Resolve(node.Inputs[index]));

    /// <summary>Fails if the walk has left out a node or a weight.</summary>
    public void CheckNothingIsLeft()
    {
        string[] nodes =
        [
            .. model.Nodes.Where(n => !visited.Contains(n) && !shapeNodes.Contains(n.OpType)
                && !IsSteppedOver(n))
                .Select(n => $"{n.OpType} \"{n.Name}\""),
        ];
        IEnumerable<OnnxTensor> unread = tensors.Values.Where(
            t => t.IsFloat && t.FloatsOrNull!.Length > 1 && t.Name != "" && !read.Contains(t.Name));
        string[] weights = [.. unread.Select(t => $"\"{t.Name}\"")];
        if (nodes.Length + weights.Length == 0) return;
        const int shown = 4;
        string[] left = [.. nodes, .. weights];
        throw Error(
            $"{left.Length} parts have no place in a ResNet50:"
            + $" {string.Join(", ", left.Take(shown))}{(left.Length > shown ? " ..." : "")}");
    }

    public UserErrorException Error(string message) => new($"{model.Path}: {message}");

    static string Names(List<OnnxNode> nodes) => nodes.Count == 0 ? "is nothing"
        : $"{(nodes.Count == 1 ? "is" : "are")} {string.Join(", ", nodes.Select(n => n.OpType))}";
}
