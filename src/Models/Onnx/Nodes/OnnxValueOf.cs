namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>Values that nodes make out of nothing.</summary>
static class OnnxValueOf
{
    /// <summary>A tensor without elements, as an empty part is.</summary>
    public static OnnxValue Nothing(long[] dims) => new(OnnxTensor.Of("", dims, Array.Empty<float>()));

    /// <summary>A tensor with the same value everywhere.</summary>
    public static OnnxValue Filled(NodeCall call, Shape shape, float value)
    {
        Tensor y = call.Device.Empty(shape);
        call.Device.Backend.Memory.Fill(y, value);
        return y;
    }
}
