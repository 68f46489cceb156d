using TripletGpu.Models.Onnx;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Inference;

/// <summary>An ONNX file.</summary>
sealed class RunnableGraph(OnnxGraph graph) : RunnableModel
{
    public override IReadOnlyList<string> Inputs { get; } = [.. graph.Inputs.Select(port => port.Name)];

    public override IReadOnlyList<string> Outputs => graph.Outputs;

    /// <inheritdoc/>
    /// <exception cref="UserErrorException">
    /// The file holds integers and the input takes floats, or the other way round: what pixels mean is the network's to
    /// say, and nobody has asked it.
    /// </exception>
    public override NpyArray<float> Read(string input, string path, Action<string> warn)
    {
        NpyElement element = Npy.ReadHeader(path).Element;
        if (graph.Inputs.FirstOrDefault(port => port.Name == input) is not { } port
            || element.IsInteger == port.IsInteger) return Npy.ReadFloats(path);
        string takes = port.IsInteger ? "integers; numpy: array.astype('int64')"
            : "floats; numpy: array.astype('float32')"
                + (element.IsByte ? ", and / 255 where the network takes pixels in [0, 1]" : "");
        throw new UserErrorException($"{path} holds {element}, but the input \"{input}\" takes {takes}");
    }

    public override IReadOnlyDictionary<string, NpyArray<float>> Run(
        IReadOnlyDictionary<string, NpyArray<float>> inputs) =>
        graph.Evaluate(inputs);

    public override void Dispose() => graph.Release();
}
