namespace TripletGpu.Models.Tests.Onnx.OperatorGrid;

/// <summary>
/// Differences from ONNX Runtime 1.31.1 that the specification's text has settled: the table in docs/onnx.md.
/// </summary>
static class Settled
{
    static readonly string[] pools = ["MaxPool", "AveragePool", "LpPool"];

    static readonly string[] norms =
        ["LayerNormalization", "GroupNormalization", "InstanceNormalization", "RMSNormalization"];

    /// <summary>Why a model may differ in that way, or null.</summary>
    public static string? Reason(GridModel model, string difference)
    {
        bool isPool = pools.Contains(model.Type), isRefusedThere = difference.StartsWith("refused there");
        bool isRefusedHere = difference.StartsWith("refused here"), isSame = Text(model, "auto_pad").StartsWith("SAME");
        bool isDilated = (List(model, "dilations") ?? []).Any(d => d > 1);
        float[] x = model.Inputs[0]!.FloatsOrNull!;
        bool isEmpty = model.Inputs.Any(input => input is not null && input.Dims.Contains(0));
        if (isPool && isSame && isDilated) return "SAME padding with dilations";
        if (isSame && isRefusedThere && difference.Contains("Dilation not supported"))
            return "SAME padding with dilations";
        if (isPool && isSame && SkipsPixels(model)) return "SAME padding of windows smaller than the stride";
        if (isPool && isRefusedHere && difference.Contains("larger than the padded"))
            return "a window larger than the image";
        if (IsMaximum(model.Type) && x.Any(float.IsNaN)) return "NaN in a maximum";
        if (model.Type == "MaxPool" && difference.EndsWith("is -Infinity, not -3.4028235E+38"))
            return "a maximum of minus infinity";
        if ((isPool || norms.Contains(model.Type)) && x.Any(v => float.IsFinite(v) && Math.Abs(v) > 1e38f))
            return "sums and squares that overflow";
        if (model.Type == "LRN") return "LRN";
        if (model.Type == "Gemm" && model.Inputs[0]!.Dims.Contains(0)) return "Gemm over nothing";
        if (model.Type == "MeanVarianceNormalization" && x.All(v => v == 0)) return "a constant image";
        if (model.Type == "PRelu" && isRefusedHere) return "a slope that does not broadcast to x";
        if (model.Type == "Pad" && isEmpty && (isRefusedHere || isRefusedThere)) return "borders of nothing";
        if (model.Type == "Pad" && isRefusedThere) return "borders of nothing";
        if (model.Type == "ReduceMean" && isEmpty) return "the mean of nothing";
        if (model.Type == "Split" && isRefusedThere) return "more parts than elements";
        if (model.Type == "ThresholdedRelu" && x.Any(float.IsNaN)) return "NaN below a threshold";
        if (model.Type == "Clip" && isRefusedThere) return "Clip without an interval";
        if (model.Type == "Slice" && model.Inputs[2]!.IntegersOrNull![0] == int.MaxValue) return "INT_MAX backwards";
        if (model.Type == "Resize" && Text(model, "coordinate_transformation_mode") == "half_pixel_symmetric")
            return "a coordinate on the border of two pixels";
        return isEmpty && isRefusedThere ? "no elements" : null;
    }

    static bool IsMaximum(string type) => type is "MaxPool" or "GlobalMaxPool" or "ReduceMax" or "ReduceMin"
        or "ReduceLogSumExp";

    static bool SkipsPixels(GridModel model) =>
        (List(model, "kernel_shape") ?? []).Zip(List(model, "strides") ?? []).Any(pair => pair.First < pair.Second);

    static long[]? List(GridModel model, string name) =>
        model.Attributes.Where(a => a.Name == name).Select(a => a.Value).OfType<long[]>().FirstOrDefault();

    static string Text(GridModel model, string name) =>
        model.Attributes.Where(a => a.Name == name).Select(a => a.Value).OfType<string>().FirstOrDefault() ?? "";
}
