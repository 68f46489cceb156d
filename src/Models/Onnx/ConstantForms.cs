namespace TripletGpu.Models.Onnx;

/// <summary>
/// The constants of a file: its initializers, and what nodes make of constants alone (Constant, Identity, Cast,
/// Transpose, DequantizeLinear, changes of shape), which exporters pack weights with. Of each it knows which constant
/// it is another form of. Only Identity makes a constant of its own: PyTorch's exporter merges by it whatever has equal
/// values.
/// </summary>
/// <param name="model">The file.</param>
/// <param name="run">Runs a node whose inputs are all constants.</param>
sealed class ConstantForms(OnnxModel model, Func<OnnxNode, OnnxValue?[], OnnxValue> run)
{
    static readonly HashSet<string> ofTheirOwn = ["Constant", "Identity", "DequantizeLinear"];

    static readonly HashSet<string> ofAnother =
        ["Cast", "CastLike", "Transpose", "Reshape", "Flatten", "Squeeze", "Unsqueeze"];

    readonly Dictionary<string, OnnxTensor> tensors = model.ReadInitializers(), integers = [];
    readonly Dictionary<string, string> origins = [], copies = [], makers = [];

    /// <summary>Whether an operator makes a constant of constants.</summary>
    public static bool Folds(OnnxNode node) => ofTheirOwn.Contains(node.OpType) || ofAnother.Contains(node.OpType);

    /// <summary>Every constant by its name.</summary>
    public IReadOnlyDictionary<string, OnnxTensor> Tensors => tensors;

    /// <summary>Whether a value is a constant, of floats or of integers.</summary>
    public bool IsConstant(string name) => tensors.ContainsKey(name) || integers.ContainsKey(name);

    /// <summary>The constant that one is a form of; itself where it is of its own.</summary>
    public string OriginOf(string name) => origins.GetValueOrDefault(name, name);

    /// <summary>
    /// The origin of a constant that is made from the same integers in the same way; null where it is no such copy.
    /// </summary>
    public string? CopyOf(string name) => copies.GetValueOrDefault(name);

    /// <summary>Makes the constant of a node, where it is one: the nodes in their order.</summary>
    public void Fold(OnnxNode node)
    {
        if (!Folds(node) || node.Domain is not ("" or "ai.onnx") || node.Outputs is not [var output]) return;
        OnnxValue?[] inputs = new OnnxValue?[node.Inputs.Count];
        for (int i = 0; i < inputs.Length; i++)
            if ((tensors.GetValueOrDefault(node.Inputs[i]) ?? integers.GetValueOrDefault(node.Inputs[i])) is { } tensor)
                inputs[i] = new OnnxValue(tensor);
            else if (node.Inputs[i].Length > 0) return;
        if (run(node, inputs).Host is not { } constant) return;
        // Integers stay with their node, being shapes and indices, unless a weight is unpacked from them.
        (constant.IsFloat ? tensors : integers)[output] = constant;
        if (!constant.IsFloat) return;
        if (inputs is not [{ IsInteger: var isPacked }, ..] || node.OpType == "Identity") return;
        if (!isPacked) origins[output] = OriginOf(node.Inputs[0]);
        else if (!makers.TryAdd(node.Recipe, output)) origins[output] = copies[output] = makers[node.Recipe];
    }
}
