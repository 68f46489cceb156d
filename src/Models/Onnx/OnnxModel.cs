using Google.Protobuf;
using TripletGpu.Models.Onnx.Format;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Onnx;

/// <summary>
/// An ONNX file that has been read and checked: nodes in an order in which they can run, initializers by name.
/// </summary>
sealed class OnnxModel
{
    const long OldestOpset = 7, NewestOpset = 26;

    // Operators that older opsets define as later ones do.
    static readonly HashSet<string> unchanged =
        ["GlobalAveragePool", "GlobalMaxPool", "LRN", "MatMul", "Transpose", "Identity", "Shape", "Constant"];

    // The format's own limit, set by its 32-bit lengths; larger models keep their tensors in external files.
    const long LargestFile = int.MaxValue;

    readonly LargeWeights? large;

    OnnxModel(string path, ModelProto model, LargeWeights? large)
    {
        Path = path;
        this.large = large;
        Opset = model.OpsetImport.FirstOrDefault(o => o.Domain is "" or "ai.onnx")?.Version ?? 0;
        Graph = model.Graph;
        Proto = model;
        Metadata = model.MetadataProps.DistinctBy(p => p.Key).ToDictionary(p => p.Key, p => p.Value);
        Nodes = Sort([.. Graph.Node.Select(n => new OnnxNode(n, Opset, path))]);
    }

    public string Path { get; }

    /// <summary>The version of the default operator set.</summary>
    public long Opset { get; }

    public IReadOnlyList<OnnxNode> Nodes { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public GraphProto Graph { get; }

    /// <summary>The file's contents.</summary>
    public ModelProto Proto { get; }

    /// <summary>The inputs that a caller provides: those that no initializer fills.</summary>
    public IEnumerable<ValueInfoProto> Inputs
    {
        get
        {
            HashSet<string> filled = [.. Graph.Initializer.Select(t => t.Name)];
            return Graph.Input.Where(i => !filled.Contains(i.Name));
        }
    }

    /// <summary>
    /// Whether the bytes of large initializers stay in the file and those of others are given up once they are
    /// converted: nobody asks for them in <see cref="Proto"/>.
    /// </summary>
    public bool GivesUpWeights => large is not null;

    /// <summary>Reads and checks a model.</summary>
    /// <param name="path">The file.</param>
    /// <param name="givesUpWeights">See <see cref="GivesUpWeights"/>.</param>
    /// <exception cref="UserErrorException">
    /// The file is no ONNX model, is damaged, or needs what is not supported.
    /// </exception>
    public static OnnxModel Load(string path, bool givesUpWeights = false)
    {
        using FileStream file = InputFile.Open(path);
        if (file.Length > LargestFile)
            throw new UserErrorException(
                $"{path} has {Counted.Of(file.Length, "byte")}; an ONNX file has at most 2 GiB (larger ones use"
                + " external data)");
        ModelProto model;
        LargeWeights? large = null;
        try
        {
            model = givesUpWeights ? LargeWeights.Parse(file, path, out large) : ModelProto.Parser.ParseFrom(file);
        }
        catch (InvalidProtocolBufferException exception)
        {
            CheckKind(file, path);
            throw new UserErrorException(
                $"{path} is no ONNX model, or is damaged: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
        if (model.Graph is null || model.Graph.Node.Count == 0)
        {
            CheckKind(file, path);
            throw new UserErrorException($"{path} holds no graph: it is no ONNX model, or is truncated");
        }
        if (model.Graph.Output.Count == 0) throw new UserErrorException($"{path}: its graph has no output");
        CheckNames(path, "inputs", model.Graph.Input);
        CheckNames(path, "outputs", model.Graph.Output);
        if (model.Functions.Count > 0)
            throw new UserErrorException(
                $"{path} defines functions of its own ({model.Functions[0].Name}); export it with them inlined");
        OnnxModel result = new(path, model, large);
        bool isOld = result.Opset < OldestOpset && !result.Nodes.All(node => unchanged.Contains(node.OpType));
        if (isOld || result.Opset is < 1 or > NewestOpset)
            throw new UserErrorException(
                $"{path} uses opset {result.Opset}; {OldestOpset} to {NewestOpset} are supported");
        return result;
    }

    /// <summary>Refuses a file of another kind that people mix up with ONNX.</summary>
    static void CheckKind(Stream file, string path)
    {
        if (ForeignFile.Describe(file, WantedFile.Network) is { } other)
            throw new UserErrorException($"{path} is no ONNX model: {other}");
    }

    /// <summary>The initializers by name, converted.</summary>
    public Dictionary<string, OnnxTensor> ReadInitializers()
    {
        Dictionary<string, OnnxTensor> byName = [];
        for (int i = 0; i < Graph.Initializer.Count; i++)
        {
            TensorProto tensor = Graph.Initializer[i];
            ReadOnlySpan<byte> stored = large is null ? default : large.Read(i);
            if (!byName.TryAdd(tensor.Name, OnnxTensor.From(tensor, Path, stored)))
                throw new UserErrorException($"{Path}: two initializers are called \"{tensor.Name}\"");
            if (!GivesUpWeights) continue;
            tensor.RawData = ByteString.Empty;
            tensor.FloatData.Clear();
        }
        return byName;
    }

    static void CheckNames(string path, string what, IReadOnlyList<ValueInfoProto> ports)
    {
        HashSet<string> names = [];
        foreach (ValueInfoProto port in ports)
            if (!names.Add(port.Name)) throw new UserErrorException($"{path}: two {what} are called \"{port.Name}\"");
    }

    /// <summary>
    /// Orders the nodes so that each follows those whose outputs it reads (Kahn): linear in nodes and edges.
    /// </summary>
    OnnxNode[] Sort(OnnxNode[] nodes)
    {
        HashSet<string> known = [.. Graph.Initializer.Select(t => t.Name), .. Graph.Input.Select(i => i.Name), ""];
        Dictionary<string, List<int>> readers = [];
        HashSet<string> made = [];
        int[] missing = new int[nodes.Length];
        for (int i = 0; i < nodes.Length; i++)
        {
            if (nodes[i].Outputs.Count == 0) throw nodes[i].Error("it makes nothing");
            foreach (string output in nodes[i].Outputs)
                if (output.Length > 0 && (known.Contains(output) || !made.Add(output)))
                    throw nodes[i].Error($"\"{output}\" is made twice");
            foreach (string input in nodes[i].Inputs)
            {
                if (known.Contains(input)) continue;
                missing[i]++;
                if (!readers.TryGetValue(input, out List<int>? list)) readers[input] = list = [];
                list.Add(i);
            }
        }
        List<OnnxNode> sorted = [];
        // The lowest number first, so that a file's own order stays where it is one.
        PriorityQueue<int, int> ready = new();
        for (int i = 0; i < nodes.Length; i++)
            if (missing[i] == 0) ready.Enqueue(i, i);
        while (ready.TryDequeue(out int next, out _))
        {
            sorted.Add(nodes[next]);
            foreach (string output in nodes[next].Outputs)
                foreach (int reader in readers.GetValueOrDefault(output) ?? [])
                    if (--missing[reader] == 0) ready.Enqueue(reader, reader);
        }
        if (sorted.Count < nodes.Length) throw Unreachable(nodes[Array.FindIndex(missing, m => m > 0)], known, made);
        foreach (ValueInfoProto output in Graph.Output)
            if (output.Name.Length == 0 || !known.Contains(output.Name) && !made.Contains(output.Name))
                throw new UserErrorException($"{Path}: no node makes the output \"{output.Name}\"");
        return [.. sorted];
    }

    static UserErrorException Unreachable(OnnxNode node, HashSet<string> known, HashSet<string> made)
    {
        string? unknown = node.Inputs.FirstOrDefault(i => !known.Contains(i) && !made.Contains(i));
        return node.Error(unknown is null
            ? $"it depends on itself through \"{node.Inputs.First(i => !known.Contains(i))}\": the graph has a cycle"
            : $"nothing makes its input \"{unknown}\"");
    }
}
