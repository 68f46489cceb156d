namespace TripletGpu.Models.Onnx;

/// <summary>An initializer that training changes, or a running statistic.</summary>
/// <param name="Name">Its name in the file.</param>
/// <param name="Shape">Its extents.</param>
/// <param name="Values">The values in the file.</param>
/// <param name="IsStatistic">Whether it is a running mean or variance.</param>
sealed record OnnxTrainedWeight(string Name, Shape Shape, float[] Values, bool IsStatistic);

/// <summary>
/// Sorts a model's initializers into weights, statistics and constants. Weights are floats of more than one element
/// that feed a convolution, a product, a sum or a batch norm. An Identity of an initializer counts as an initializer of
/// its own: exporters merge equal tensors that way, and in training they must part again.
/// </summary>
sealed class OnnxWeights
{
    const int FirstStatistic = 3;
    static readonly HashSet<string> trained =
        ["Conv", "Gemm", "MatMul", "Add", "Sub", "Mul", "Div", "BatchNormalization"];

    readonly Dictionary<string, OnnxTensor> tensors;
    readonly HashSet<string> seen = [];

    public OnnxWeights(OnnxModel model)
    {
        tensors = model.ReadInitializers();
        foreach (OnnxNode node in model.Nodes.SelectMany(node => node.WithBranches))
        {
            if (node is { OpType: "Identity", Inputs: [var from, ..], Outputs: [_, ..] }
                && tensors.TryGetValue(from, out OnnxTensor? original))
                tensors[node.Outputs[0]] = original;
            if (!trained.Contains(node.OpType)) continue;
            for (int i = 0; i < node.Inputs.Count; i++)
                AddTrained(node, node.Inputs[i], node.OpType == "BatchNormalization" && i >= FirstStatistic);
        }
        foreach ((string name, OnnxTensor tensor) in tensors)
            if (!seen.Contains(name)) Constants[name] = tensor;
    }

    /// <summary>Weights and statistics in the order of the nodes.</summary>
    public List<OnnxTrainedWeight> Trained { get; } = [];

    /// <summary>Everything else.</summary>
    public Dictionary<string, OnnxTensor> Constants { get; } = [];

    void AddTrained(OnnxNode node, string name, bool isStatistic)
    {
        if (!tensors.TryGetValue(name, out OnnxTensor? tensor) || tensor.FloatsOrNull is not { } values) return;
        if ((values.Length < 2 && node.OpType is not ("BatchNormalization" or "Conv")) || !seen.Add(name)) return;
        if (tensor.Dims.Length > Shape.MaxRank)
            throw node.Error($"\"{name}\" has {tensor.Dims.Length} dimensions; at most {Shape.MaxRank} are supported");
        Shape shape = new(Array.ConvertAll(tensor.Dims, extent => (int)extent));
        Trained.Add(new OnnxTrainedWeight(name, shape, values, isStatistic));
    }
}
