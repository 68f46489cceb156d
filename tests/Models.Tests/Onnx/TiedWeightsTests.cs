using TripletGpu.Autograd;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Export;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>
/// y = relu(x W) W^T, as autoencoders and language models tie their ends: one weight that nodes read in two forms. Its
/// gradient is the sum of both, and it stays one in the export.
/// </summary>
public sealed class TiedWeightsTests
{
    const int Opset = 13, Images = 5, Wide = 12, Narrow = 6;
    static readonly Shape imageShape = new(3, 2, 2), batch = new(Images, 3, 2, 2);

    delegate (string W, string Transposed) Forms(GraphBuilder graph, float[] weights);

    static IEnumerable<TestCaseData> Ties =>
    [
        Of("as it is and transposed", (g, w) =>
        {
            string one = g.Floats([Wide, Narrow], w);
            return (one, g.Order(one, 1, 0));
        }),
        Of("of a Constant node", (g, w) =>
        {
            string one = g.Node("Constant", "", ("value", OnnxTensor.Of("", [Wide, Narrow], w)));
            return (one, g.Order(one, 1, 0));
        }),
        Of("in two casts, one of them transposed", (g, w) =>
        {
            string one = g.Floats([Wide, Narrow], w);
            return (g.Node("Cast", one, ("to", 1)), g.Order(g.Node("Cast", one, ("to", 1)), 1, 0));
        }),
        Of("reshaped, and reshaped and transposed", (g, w) =>
        {
            string one = g.Floats([Wide * Narrow], w);
            return (g.Reshape(one, Wide, Narrow), g.Order(g.Reshape(one, Wide, -1), 1, 0));
        }),
        Of("transposed twice and once", (g, w) =>
        {
            string one = g.Order(g.Floats([Wide, Narrow], w), 1, 0);
            return (g.Order(one, 1, 0), one);
        }),
        Of("unpacked twice", (g, w) =>
        {
            string packed = g.Reshape(g.Integers(Array.ConvertAll(w, v => (long)MathF.Round(v * 64))), Wide, Narrow);
            string scale = g.Number(1f / 64);
            return (g.Node("DequantizeLinear", $"{packed} {scale}"),
                g.Order(g.Node("DequantizeLinear", $"{packed} {scale}"), 1, 0));
        }),
    ];

    [TestCaseSource(nameof(Ties))]
    public void Tied_TrainsAsOne_AndIsExportedAsOne(object forms)
    {
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        OnnxNetwork tied = Load(device, folder, (Forms)forms);
        OnnxNetwork apart = Load(device, folder, (g, w) =>
            (g.Floats([Wide, Narrow], w), g.Floats([Narrow, Wide], Transposed(w, Wide))));
        Assert.That(tied.Parameters(), Has.Count.EqualTo(1));
        float[][] parts = [.. apart.Parameters().Select(p => GradientOf(apart, p))];
        float[] second = Transposed(parts[1], Narrow);
        double[] sum = [.. parts[0].Select((value, i) => (double)value + second[i])];
        Modules.Parameter weight = tied.Parameters()[0];
        float[] gradient = GradientOf(tied, weight);
        if (weight.Value.Shape == new Shape(Narrow, Wide)) gradient = Transposed(gradient, Narrow);
        Close.AreClose(sum, gradient, Tolerance.Block, "the gradient");

        float[] before = Output(tied);
        Sgd optimizer = new(tied.Parameters(), momentum: 0);
        GradientOf(tied, weight, optimizer);
        float[] trained = Output(tied);
        Assert.That(trained, Is.Not.EqualTo(before));
        OnnxExport.Write(folder["trained.onnx"], tied);
        OnnxTensor input = OnnxTensor.Of("x", [Images, 3, 2, 2], Pixels);
        float[] exported = Runtime.Run(File.ReadAllBytes(folder["trained.onnx"]), [input])[0].FloatsOrNull!;
        Close.AreClose(Array.ConvertAll(trained, v => (double)v), exported, Tolerance.Block, "the export");
        OnnxNetwork again = OnnxNetwork.Load(device, folder["trained.onnx"], imageShape, false, seed: 1);
        Assert.That(again.Parameters(), Has.Count.EqualTo(1));
        optimizer.Release();
        foreach (OnnxNetwork network in (OnnxNetwork[])[tied, apart, again]) network.Release();
    }

    /// <summary>PyTorch's exporter merges weights that are equal, as biases of zeros are, by Identity.</summary>
    [Test]
    public void Identity_PartsWeights()
    {
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        OnnxNetwork network = Load(device, folder, (g, w) =>
        {
            string one = g.Floats([Wide, Narrow], w);
            return (one, g.Order(g.Node("Identity", one), 1, 0));
        });
        Assert.That(network.Parameters(), Has.Count.EqualTo(2));
        network.Release();
    }

    static OnnxNetwork Load(Device device, TemporaryFolder folder, Forms forms)
    {
        Random random = new(2);
        // Whole 64ths, which integers hold as well.
        float[] weights = [.. Enumerable.Range(0, Wide * Narrow).Select(_ => random.Next(-64, 64) / 64f)];
        GraphBuilder graph = new(Opset);
        (string w, string transposed) = forms(graph, weights);
        string hidden = graph.Node("Relu", graph.Node("MatMul", $"{graph.Node("Flatten", "x")} {w}"));
        byte[] file = graph.Finish(graph.Node("MatMul", $"{hidden} {transposed}"), size: 2);
        return OnnxNetwork.Load(device, folder.Write("graph.onnx", file), imageShape, normalize: false, seed: 1);
    }

    static float[] Pixels => Values.ToSingle(Values.Uniform(batch.Count, new Random(3), 0, 1));

    static float[] GradientOf(OnnxNetwork network, Modules.Parameter parameter, Optimizer? optimizer = null)
    {
        using Step step = network.Device.BeginStep();
        step.Backward(network.Forward(network.Device.Tensor(batch, Pixels)).Square().Mean());
        float[] gradient = step.Gradients[parameter.Value].ToArray();
        optimizer?.Update(step.Gradients, 0.1f);
        return gradient;
    }

    static float[] Output(OnnxNetwork network)
    {
        using Step step = network.Device.BeginStep(record: false);
        return network.Forward(network.Device.Tensor(batch, Pixels)).ToArray();
    }

    /// <summary>Of a matrix with so many rows.</summary>
    static float[] Transposed(float[] matrix, int rows)
    {
        int columns = matrix.Length / rows;
        float[] result = new float[matrix.Length];
        for (int i = 0; i < matrix.Length; i++) result[i % columns * rows + i / columns] = matrix[i];
        return result;
    }

    static TestCaseData Of(string name, Forms forms) => new TestCaseData(forms).SetArgDisplayNames(name);
}
