namespace TripletGpu.Models.Onnx;

/// <summary>An initializer that training changes, or a running statistic.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Values">The values in the file.</param>
/// <param name="IsStatistic">Whether it is a running mean or variance.</param>
sealed record OnnxTrainedWeight(string Name, Shape Shape, float[] Values, bool IsStatistic);

/// <summary>
/// Sorts a model's constants into weights, statistics and settings. Weights are floats of more than one element that an
/// operator computes with; what only says how it works (the bounds of Clip, the scales of Resize) is a setting, and so
/// is what is done to the pixels themselves before anything else reads them. Nodes that make a constant of constants
/// (Constant, Identity, Cast, Transpose, DequantizeLinear, changes of shape) count as initializers of their own:
/// exporters merge and pack weights that way, and in training they must part again.
/// </summary>
sealed class OnnxWeights
{
    const int FirstStatistic = 3;

    // One element is a weight only here, where it stands for a list of one channel.
    static readonly HashSet<string> ofOneElement =
        ["BatchNormalization", "Conv", "PRelu", "LayerNormalization", "InstanceNormalization", "GroupNormalization"];

    static readonly HashSet<string> folded =
    [
        "Constant", "Identity", "Cast", "CastLike", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze",
        "DequantizeLinear",
    ];

    // From which input on an operator's floats are settings.
    static readonly Dictionary<string, int> settings = new()
    {
        ["Clip"] = 1,
        ["Dropout"] = 1,
        ["Pad"] = 1,
        ["Resize"] = 1,
        ["Upsample"] = 1,
        ["Range"] = 0,
        ["Cast"] = 0,
        ["CastLike"] = 0,
        ["Floor"] = 0,
        ["Ceil"] = 0,
        ["Round"] = 0,
        ["Equal"] = 0,
        ["Less"] = 0,
        ["LessOrEqual"] = 0,
        ["Greater"] = 0,
        ["GreaterOrEqual"] = 0,
        ["Shape"] = 0,
        ["Size"] = 0,
    };

    static readonly HashSet<string> scaling = ["Sub", "Div", "Mul", "Add"];

    readonly Dictionary<string, OnnxTensor> tensors;
    readonly HashSet<string> seen = [];
    readonly HashSet<string> pixels;

    /// <param name="model">The file.</param>
    /// <param name="run">Runs a node whose inputs are all constants.</param>
    public OnnxWeights(OnnxModel model, Func<OnnxNode, OnnxValue?[], OnnxValue> run)
    {
        tensors = model.ReadInitializers();
        pixels = [.. model.Inputs.Select(input => input.Name)];
        foreach (OnnxNode node in model.Nodes)
        {
            Fold(node, run);
            if (!IsScaling(node))
                foreach (OnnxNode inner in node.WithBranches) AddTrained(inner);
        }
        foreach ((string name, OnnxTensor tensor) in tensors)
            if (!seen.Contains(name)) Constants[name] = tensor;
    }

    /// <summary>Weights and statistics in the order of the nodes.</summary>
    public List<OnnxTrainedWeight> Trained { get; } = [];

    /// <summary>Everything else.</summary>
    public Dictionary<string, OnnxTensor> Constants { get; } = [];

    void Fold(OnnxNode node, Func<OnnxNode, OnnxValue?[], OnnxValue> run)
    {
        if (!folded.Contains(node.OpType) || node.Domain is not ("" or "ai.onnx") || node.Outputs is not [var output])
            return;
        OnnxValue?[] inputs = new OnnxValue?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            if (tensors.TryGetValue(node.Inputs[i], out OnnxTensor? tensor)) inputs[i] = new OnnxValue(tensor);
            else if (node.Inputs[i].Length > 0) return;
        // Integers stay with their node: they are shapes and indices.
        if (run(node, inputs).Host is { IsFloat: true } constant) tensors[output] = constant;
    }

    /// <summary>Whether a node only scales the pixels, as mean and deviation do.</summary>
    bool IsScaling(OnnxNode node)
    {
        if (node.OpType is not ("Transpose" or "Cast" or "Identity") && !scaling.Contains(node.OpType)) return false;
        if (!node.Inputs.Any(pixels.Contains) || !node.Inputs.All(i => pixels.Contains(i) || tensors.ContainsKey(i)))
            return false;
        pixels.Add(node.Outputs[0]);
        return true;
    }

    void AddTrained(OnnxNode node)
    {
        // Folded ones of constants are constants; those that read the network's values have none to train.
        if (folded.Contains(node.OpType)) return;
        int end = settings.GetValueOrDefault(node.OpType, int.MaxValue);
        bool isNorm = node.OpType == "BatchNormalization";
        for (int i = 0; i < node.Inputs.Count && i < end; i++)
            AddTrained(node, node.Inputs[i], isNorm && i >= FirstStatistic);
    }

    void AddTrained(OnnxNode node, string name, bool isStatistic)
    {
        if (!tensors.TryGetValue(name, out OnnxTensor? tensor) || tensor.FloatsOrNull is not { } values) return;
        if ((values.Length < 2 && !ofOneElement.Contains(node.OpType)) || !seen.Add(name)) return;
        if (tensor.Dims.Length > Shape.MaxRank)
            throw node.Error($"\"{name}\" has {tensor.Dims.Length} dimensions; at most {Shape.MaxRank} are supported");
        Shape shape = new(Array.ConvertAll(tensor.Dims, extent => (int)extent));
        Trained.Add(new OnnxTrainedWeight(name, shape, values, isStatistic));
    }
}
