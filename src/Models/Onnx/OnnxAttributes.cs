namespace TripletGpu.Models.Onnx;

/// <summary>
/// The attributes that operators have, by opset. One that an operator does not have is an error, as the format demands:
/// what it asks for would be left undone in silence.
/// </summary>
static class OnnxAttributes
{
    // Operators, then their attributes: "name", "name:first-last" or "name:first-" for some opsets only.
    static readonly (string Operators, string Attributes)[] table =
    [
        ("AveragePool", "auto_pad ceil_mode:10- count_include_pad dilations:19- kernel_shape pads strides"),
        ("BatchNormalization", "epsilon momentum spatial:-8 training_mode:14-"),
        ("Cast", "round_mode:24- saturate:19- to"),
        ("CastLike", "round_mode:24- saturate:19-"),
        ("Celu Elu LeakyRelu Swish ThresholdedRelu", "alpha"),
        ("Clip", "max:-10 min:-10"),
        ("Concat Flatten Gather LogSoftmax Softmax", "axis"),
        (
            "Constant",
            "sparse_value:11- value value_float:12- value_floats:12- value_int:12- value_ints:12- "
            + "value_string:12- value_strings:12-"),
        ("ConstantOfShape", "value"),
        ("Conv", "auto_pad dilations group kernel_shape pads strides"),
        ("DepthToSpace", "blocksize mode:11-"),
        ("Dropout", "ratio:-11 seed:12-"),
        ("Einsum", "equation"),
        ("Gelu", "approximate"),
        ("Gemm", "alpha beta transA transB"),
        ("GlobalLpPool", "p"),
        ("GroupNormalization", "epsilon num_groups stash_type:21-"),
        ("HardSigmoid", "alpha beta"),
        ("If", "else_branch then_branch"),
        ("InstanceNormalization", "epsilon"),
        ("LRN", "alpha beta bias size"),
        ("LayerNormalization RMSNormalization", "axis epsilon stash_type"),
        ("LpNormalization", "axis p"),
        ("LpPool", "auto_pad ceil_mode:18- dilations:18- kernel_shape p pads strides"),
        ("MaxPool", "auto_pad ceil_mode:10- dilations:10- kernel_shape pads storage_order:8- strides"),
        ("MeanVarianceNormalization", "axes"),
        ("Mod", "fmod"),
        ("Pad", "mode pads:-10 value:-10"),
        (
            "ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd "
            + "ReduceSumSquare",
            "axes:-17 keepdims noop_with_empty_axes:18-"),
        ("ReduceSum", "axes:-12 keepdims noop_with_empty_axes:13-"),
        ("Reshape", "allowzero:14-"),
        (
            "Resize",
            "antialias:18- axes:18- coordinate_transformation_mode:11- cubic_coeff_a:11- exclude_outside:11- "
            + "extrapolation_value:11- keep_aspect_ratio_policy:18- mode nearest_mode:11-"),
        ("ScatterND", "reduction:16-"),
        ("Selu", "alpha gamma"),
        ("Shape", "end:15- start:15-"),
        ("Slice", "axes:-9 ends:-9 starts:-9"),
        ("SpaceToDepth", "blocksize"),
        ("Split", "axis num_outputs:18- split:-12"),
        ("Squeeze Unsqueeze", "axes:-12"),
        ("Transpose", "perm"),
        ("Upsample", "mode scales:-8"),
        ("DequantizeLinear", "axis block_size:21- output_dtype:23-"),
    ];

    static readonly Dictionary<string, string[]> byOperator = new(
        from row in table
        from op in row.Operators.Split(' ')
        select KeyValuePair.Create(op, row.Attributes.Split(' ')));

    /// <summary>Checks a node of a supported operator.</summary>
    /// <exception cref="UserErrorException">It has an attribute that its operator does not have.</exception>
    public static void Check(OnnxNode node)
    {
        string[] known = byOperator.GetValueOrDefault(node.OpType, []);
        foreach (string name in node.Attributes)
        {
            string? entry = known.FirstOrDefault(attribute => attribute.Split(':')[0] == name);
            if (entry is null) throw node.Error($"the operator has no attribute {name}");
            string[] span = entry.Split(':', '-');
            if (span.Length == 3 && (Bound(span[1], 0) > node.Opset || Bound(span[2], long.MaxValue) < node.Opset))
                throw node.Error(
                    $"the operator has no attribute {name} in this opset, only in {Span(span[1], span[2])}");
        }
    }

    static string Span(string first, string last) => (first, last) switch
    {
        (_, "") => $"{first} and later ones",
        ("", _) => $"{last} and earlier ones",
        _ => $"{first} to {last}",
    };

    static long Bound(string text, long otherwise) => text.Length == 0 ? otherwise : long.Parse(text);
}
