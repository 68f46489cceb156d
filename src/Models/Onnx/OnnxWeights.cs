using TripletGpu.Models.Text;

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
/// is what is done to the pixels themselves before anything else reads them. What nodes make of constants alone counts
/// as an initializer; but where a network reads one weight in several forms, as it is and transposed, it is one weight,
/// and the nodes stay.
/// </summary>
sealed class OnnxWeights
{
    const int FirstStatistic = 3;

    // One element is a weight only here, where it stands for a list of one channel.
    static readonly HashSet<string> ofOneElement =
        ["BatchNormalization", "Conv", "PRelu", "LayerNormalization", "InstanceNormalization", "GroupNormalization"];

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

    static readonly HashSet<string> arranging =
    [
        "Transpose", "Cast", "CastLike", "Identity", "Gather", "Slice", "Split", "Concat", "Reshape", "Squeeze",
        "Unsqueeze", "Pad", "Resize", "Upsample", "Clip",
    ];

    readonly record struct Use(OnnxNode Node, string Name, bool IsStatistic);

    readonly ConstantForms forms;
    readonly List<Use> uses = [];
    readonly HashSet<string> pixels;

    /// <param name="model">The file.</param>
    /// <param name="run">Runs a node whose inputs are all constants.</param>
    public OnnxWeights(OnnxModel model, Func<OnnxNode, OnnxValue?[], OnnxValue> run)
    {
        forms = new ConstantForms(model, run);
        pixels = [.. model.Inputs.Select(input => input.Name)];
        foreach (OnnxNode node in model.Nodes)
        {
            forms.Fold(node);
            if (!IsScaling(node))
                foreach (OnnxNode inner in node.WithBranches) AddUses(inner);
        }
        HashSet<string> tied = FindTied(), seen = [];
        foreach (Use use in uses)
        {
            string origin = forms.OriginOf(use.Name), weight = tied.Contains(origin) ? origin : use.Name;
            if (!seen.Add(weight)) continue;
            OnnxTensor tensor = forms.Tensors[weight];
            if (tensor.Dims.Length > Shape.MaxRank)
                throw use.Node.Error(
                    $"\"{weight}\" has {Counted.Of(tensor.Dims.Length, "dimension")}; at most {Shape.MaxRank} are"
                    + " supported");
            Shape shape = new(Array.ConvertAll(tensor.Dims, extent => (int)extent));
            Trained.Add(new OnnxTrainedWeight(weight, shape, tensor.FloatsOrNull!, use.IsStatistic));
        }
        foreach ((string name, OnnxTensor tensor) in forms.Tensors)
        {
            if (seen.Contains(name)) continue;
            if (!tied.Contains(forms.OriginOf(name))) Constants[name] = tensor;
            else if (forms.CopyOf(name) is { } weight) Copies[name] = weight;
        }
    }

    /// <summary>Weights and statistics in the order of the nodes.</summary>
    public List<OnnxTrainedWeight> Trained { get; } = [];

    /// <summary>Everything else.</summary>
    public Dictionary<string, OnnxTensor> Constants { get; } = [];

    /// <summary>Other names of weights, under which nodes read them.</summary>
    public Dictionary<string, string> Copies { get; } = [];

    /// <summary>
    /// The constants that are read in several forms. Running statistics are each layer's own in any case.
    /// </summary>
    HashSet<string> FindTied() =>
    [
        .. from use in uses
        group use by forms.OriginOf(use.Name) into origin
        where origin.DistinctBy(use => use.Name).Count() > 1 && origin.All(use => !use.IsStatistic)
        select origin.Key,
    ];

    /// <summary>
    /// Whether a node only scales the pixels, as mean and deviation do, or hands them on in another order or size.
    /// </summary>
    bool IsScaling(OnnxNode node)
    {
        bool isArranging = arranging.Contains(node.OpType);
        if (!isArranging && !scaling.Contains(node.OpType)) return false;
        bool takesPixels = node.OpType == "Concat" ? node.Inputs.All(pixels.Contains)
            : isArranging ? node.Inputs is [var first, ..] && pixels.Contains(first)
            : node.Inputs.Any(pixels.Contains);
        if (!takesPixels || !node.Inputs.All(i => i.Length == 0 || pixels.Contains(i) || forms.IsConstant(i)))
            return false;
        pixels.UnionWith(node.Outputs);
        return true;
    }

    void AddUses(OnnxNode node)
    {
        // Folded ones of constants are constants; those that read the network's values have none to train.
        if (ConstantForms.Folds(node)) return;
        int end = settings.GetValueOrDefault(node.OpType, int.MaxValue);
        bool isNorm = node.OpType == "BatchNormalization";
        for (int i = 0; i < node.Inputs.Count && i < end; i++)
            if (forms.Tensors.GetValueOrDefault(node.Inputs[i])?.FloatsOrNull is { } values
                && (values.Length > 1 || ofOneElement.Contains(node.OpType)))
                uses.Add(new Use(node, node.Inputs[i], isNorm && i >= FirstStatistic));
    }
}
