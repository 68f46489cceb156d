namespace TripletGpu.Models.Onnx;

/// <summary>
/// What flows along an edge of a graph: a tensor on the device, or constants on the host. Shapes and indices are
/// computed on the host; constants go to the device where an operation needs them there.
/// </summary>
sealed class OnnxValue
{
    public OnnxValue(Tensor tensor) => Device = tensor;

    public OnnxValue(OnnxTensor constant) => Host = constant;

    public Tensor? Device { get; }

    public OnnxTensor? Host { get; }

    public long[] Dims => Host?.Dims ?? Array.ConvertAll(Device!.Shape.ToArray(), extent => (long)extent);

    public bool IsInteger => Host is { IsFloat: false };

    /// <summary>The values, from wherever they are.</summary>
    public double[] ToNumbers() => Host?.IntegersOrNull is { } integers
        ? Array.ConvertAll(integers, v => (double)v)
        : Array.ConvertAll(Device?.ToArray() ?? Host!.FloatsOrNull!, v => (double)v);

    public static OnnxValue Integers(params long[] values) => new(OnnxTensor.Of("", [values.Length], values));

    public static implicit operator OnnxValue(Tensor tensor) => new(tensor);
}
