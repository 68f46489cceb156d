using TripletGpu.Autograd;
using TripletGpu.Models;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Serialization;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Runner.Inference;

/// <summary>Whether an exported file does what the network does.</summary>
static class ExportCheck
{
    const double Allowed = 1e-5;

    /// <summary>Runs both on random images.</summary>
    /// <returns>The largest difference over the largest output.</returns>
    /// <exception cref="InvalidOperationException">They differ.</exception>
    public static double Compare(EmbeddingNetwork network, string file)
    {
        Shape two = new([2, .. network.ImageShape.ToArray()]);
        Philox random = new(1, 0);
        float[] pixels = new float[two.Count];
        for (int i = 0; i < pixels.Length; i++) pixels[i] = random.NextSingle();
        float[] expected;
        using (Step step = network.Device.BeginStep(record: false))
            expected = network.Forward(network.Device.Tensor(two, pixels)).ToArray();
        OnnxGraph graph = new(network.Device, file);
        Dictionary<string, NpyArray<float>> inputs = new() { [graph.Inputs[0].Name] = new(two, pixels) };
        float[] actual = graph.Evaluate(inputs)[graph.Outputs[0]].Values;
        graph.Release();
        double largest = expected.Max(MathF.Abs), error = 0;
        for (int i = 0; i < actual.Length; i++) error = Math.Max(error, Math.Abs(actual[i] - expected[i]));
        double relative = largest == 0 ? error : error / largest;
        return relative <= Allowed ? relative
            : throw new InvalidOperationException(
                $"{file} gives outputs that differ by {relative:0.0e+0} from the network's");
    }
}
