using Microsoft.ML.OnnxRuntime;
using TripletGpu.Models;
using TripletGpu.Models.Onnx.Export;

namespace TripletGpu.Bench.Peers;

/// <summary>Inference by ONNX Runtime: all optimizations, and a batch that lies where it reads it.</summary>
sealed class OnnxPass : IPeerPass
{
    static OnnxPass() => Glibc.SetVariable("ORT_DISABLE_TELEMETRY", "1");

    readonly SessionOptions options = new()
    {
        IntraOpNumThreads = Contestants.Threads,
        GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
    };

    readonly RunOptions run = new();
    readonly InferenceSession session;
    readonly OrtValue input;
    readonly Dictionary<string, OrtValue> inputs;

    /// <param name="network">What it runs, as our export writes it.</param>
    /// <param name="shape">The batch's shape.</param>
    /// <param name="pixels">Its values.</param>
    public OnnxPass(EmbeddingNetwork network, Shape shape, float[] pixels)
    {
        string file = Path.GetTempFileName();
        OnnxExport.Write(file, network);
        session = new InferenceSession(File.ReadAllBytes(file), options);
        File.Delete(file);
        input = OrtValue.CreateTensorValueFromMemory(pixels, Array.ConvertAll(shape.ToArray(), d => (long)d));
        inputs = new Dictionary<string, OrtValue> { [session.InputNames[0]] = input };
    }

    /// <inheritdoc/>
    public void Run() => session.Run(run, inputs, session.OutputNames).Dispose();

    /// <inheritdoc/>
    public float[] Result()
    {
        using IDisposableReadOnlyCollection<OrtValue> outputs = session.Run(run, inputs, session.OutputNames);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        input.Dispose();
        session.Dispose();
        run.Dispose();
        options.Dispose();
    }
}
