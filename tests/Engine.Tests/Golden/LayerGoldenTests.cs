using System.Text.Json;
using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Golden;

/// <summary>Pooling and normalisation against PyTorch's values (tests/Golden/make_layers.py).</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class LayerGoldenTests(string device) : DeviceFixture(device)
{
    /// <summary>One layer as the script writes it.</summary>
    public sealed record Layer(
        string Op, Dictionary<string, JsonElement> Settings, int[][] Shapes, double[][] Inputs,
        int[] YShape, double[] Y, double[] Dy, double[][] Gradients, double[]? RunningMean, double[]? RunningVariance)
    {
        /// <inheritdoc/>
        public override string ToString() =>
            $"{Op} ({string.Join(", ", Shapes[0])}) {string.Join(" ", Settings.Select(s => $"{s.Key} {s.Value}"))}";
    }

    static IEnumerable<Layer> Layers => JsonSerializer.Deserialize<Layer[]>(
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Golden", "layers.json")), JsonSerializerOptions.Web)!;

    [TestCaseSource(nameof(Layers))]
    public void Layer_MatchesPyTorch(Layer layer)
    {
        using Step step = Device.BeginStep();
        Tensor[] inputs = [.. layer.Inputs.Select(
            (v, i) => Device.Tensor(new Shape(layer.Shapes[i]), Values.ToSingle(v)))];
        for (int i = 0; i < layer.Gradients.Length; i++) inputs[i].RequiresGradient = true;
        Tensor y = OpOf(layer).Apply(inputs);
        Assert.That(y.Shape, Is.EqualTo(new Shape(layer.YShape)));
        Close.AreClose(layer.Y, y.ToArray(), Tolerance.Normalization, "y");
        step.Backward(y, Device.Tensor(y.Shape, Values.ToSingle(layer.Dy)));
        for (int i = 0; i < layer.Gradients.Length; i++)
            Close.AreClose(
                layer.Gradients[i], step.Gradients[inputs[i]].ToArray(), Tolerance.Normalization, $"gradient {i}");
        if (layer.RunningMean is null) return;
        Close.AreClose(layer.RunningMean, inputs[3].ToArray(), Tolerance.Sum, "running mean");
        Close.AreClose(layer.RunningVariance, inputs[4].ToArray(), Tolerance.Sum, "running variance");
    }

    static Op OpOf(Layer layer)
    {
        return layer.Op switch
        {
            "MaxPool2d" => new MaxPool2d(Window()),
            "AveragePool2d" => new AveragePool2d(Window(), Get("countPadding").GetBoolean()),
            "L2Pool2d" => new L2Pool2d(Window()),
            "GlobalAveragePool" => new GlobalAveragePool(),
            "L2Normalize" => new L2Normalize(),
            "LocalResponseNorm" => new LocalResponseNorm(
                Get("size").GetInt32(), Get("alpha").GetSingle(), Get("beta").GetSingle(), Get("k").GetSingle()),
            "BatchNorm2d" => new BatchNorm2d(Get("isFrozen").GetBoolean()),
            "BatchNormRelu" => new BatchNormRelu(Get("isFrozen").GetBoolean()),
            _ => throw new ArgumentException($"the golden file names a layer that this test does not know: {layer.Op}"),
        };

        JsonElement Get(string setting) => layer.Settings[setting];

        PoolingWindow Window() => PoolingWindow.Square(
            Get("kernel").GetInt32(), Get("stride").GetInt32(), Get("padding").GetInt32(),
            Get("ceilMode").GetBoolean());
    }
}
