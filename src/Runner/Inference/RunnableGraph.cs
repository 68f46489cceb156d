using TripletGpu.Models.Onnx;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Inference;

/// <summary>An ONNX file.</summary>
sealed class RunnableGraph(OnnxGraph graph) : RunnableModel
{
    public override IReadOnlyList<string> Inputs { get; } = [.. graph.Inputs.Select(port => port.Name)];

    public override IReadOnlyList<string> Outputs => graph.Outputs;

    public override IReadOnlyDictionary<string, NpyArray<float>> Run(
        IReadOnlyDictionary<string, NpyArray<float>> inputs) =>
        graph.Evaluate(inputs);

    public override void Dispose() => graph.Release();
}
