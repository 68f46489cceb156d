namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>
/// Operators that only choose among their input's elements take integers too: as floats to the device, and back. That
/// is exact as long as each integer is one of those that a float can hold.
/// </summary>
static class IntegersAsFloats
{
    /// <summary>The handler for both kinds of input.</summary>
    public static NodeHandler Also(NodeHandler ofFloats) => call =>
    {
        if (!call.Value(0).IsInteger) return ofFloats(call);
        OnnxTensor x = call.Host(0);
        float[] floats = Array.ConvertAll(x.IntegersOrNull!, v => (float)v);
        if (!x.IntegersOrNull!.SequenceEqual(Array.ConvertAll(floats, v => (long)v)))
            throw call.Error("its integers are too large to be computed with");
        OnnxValue[] outputs = ofFloats(call.WithFirst(new OnnxValue(OnnxTensor.Of(x.Name, x.Dims, floats))));
        return Array.ConvertAll(outputs, output => output.Device is { } y
            ? new OnnxValue(OnnxTensor.Of("", output.Dims, Array.ConvertAll(y.ToArray(), v => (long)v)))
            : output);
    };
}
