using TripletGpu.Autograd;
using TripletGpu.Inference;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Networks;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Export;
using TripletGpu.Models.Onnx.Import;
using TripletGpu.Models.Serialization;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>Graphs written by torch.onnx (tests/Golden/make_onnx.py): run, trained, imported, exported.</summary>
public sealed class OnnxGraphTests(string device) : DeviceFixture(device)
{
    [TestCase("mixed", 9)]
    [TestCase("mixed", 13)]
    [TestCase("windows", 11)]
    [TestCase("windows", 13)]
    public void Graph_GivesPyTorchsOutput(string network, int opset)
    {
        string file = $"{network}_{opset}";
        using SafeTensors golden = SafeTensors.Open(Golden($"{network}.safetensors"));
        Close.AreClose(Doubles(golden, "y"), Run(Golden($"{file}.onnx"), golden), Tolerance.Block, file);
    }

    [TestCase("mixed")]
    [TestCase("windows")]
    public void Training_FollowsPyTorchsLosses(string network)
    {
        using SafeTensors golden = SafeTensors.Open(Golden($"{network}.safetensors"));
        OnnxGraph graph = new(Device, Golden($"{network}_train.onnx"));
        Sgd optimizer = new(graph.Parameters(), momentum: 0.9f);
        double[] losses = new double[5];
        for (int i = 0; i < losses.Length; i++)
        {
            using Step step = Device.BeginStep();
            Tensor y = graph.Forward(Device.Tensor(golden.ShapeOf("x"), golden.Read("x")));
            Tensor loss = y.Subtract(Device.Tensor(golden.ShapeOf("target"), golden.Read("target"))).Square().Mean();
            losses[i] = loss.ToScalar();
            step.Backward(loss);
            optimizer.Update(step.Gradients, 0.05f);
        }
        Close.AreClose(Doubles(golden, "losses"), losses, Tolerance.LossCurve, "losses");
        optimizer.Release();
        graph.Release();
    }

    /// <summary>
    /// The files say that they are training; a network decides itself, and what is exported for inference runs alone.
    /// </summary>
    [TestCase("mixed", 13)]
    [TestCase("windows", 10)]
    public void TrainedGraph_IsExportedAsItRuns(string network, int size)
    {
        using SafeTensors golden = SafeTensors.Open(Golden($"{network}.safetensors"));
        OnnxNetwork graph = OnnxNetwork.Load(
            Device, Golden($"{network}_train.onnx"), new Shape(2, size, size), normalize: true, seed: 1);
        Sgd optimizer = new(graph.Parameters(), momentum: 0);
        Tensor Images() => Device.Tensor(golden.ShapeOf("x"), golden.Read("x"));
        using (Step step = Device.BeginStep())
        {
            step.Backward(graph.Forward(Images()).TripletLoss([0, 0, 1, 1], new TripletSettings { Margin = 2 }));
            optimizer.Update(step.Gradients, 0.05f);
        }
        graph.Train(false);
        double[] expected;
        using (Step step = Device.BeginStep(record: false))
            expected = Array.ConvertAll(graph.Forward(Images()).ToArray(), v => (double)v);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.onnx");
        try
        {
            OnnxExport.Write(path, graph);
            Close.AreClose(expected, Run(path, golden), Tolerance.Normalization, "the export");
        }
        finally
        {
            File.Delete(path);
            optimizer.Release();
            graph.Release();
        }
    }

    [TestCase("resnet_folded", "y", false)]
    [TestCase("resnet_first", "y_first", true)]
    public void ResNet50_IsRecognised_AndExportedAgain(string file, string output, bool strideOnFirst)
    {
        using SafeTensors golden = SafeTensors.Open(Golden("resnet.safetensors"));
        double[] expected = Doubles(golden, output);
        Close.AreClose(expected, Run(Golden($"{file}.onnx"), golden), Tolerance.Block, "the graph");
        ImportedNetwork imported = ResNetImport.Read(Golden($"{file}.onnx"));
        Assert.That(imported.Settings!.StrideOnFirst, Is.EqualTo(strideOnFirst));
        Assert.That(imported.Settings.Normalize, Is.True);
        ResNet50 network = new(Device, imported.Settings with { Input = new Shape(3, 36, 36) });
        foreach (Parameter parameter in network.Parameters())
            parameter.Value.CopyFrom(imported.Tensors.Single(t => t.Name == parameter.Name).Values.Span);
        network.Train(false);
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.onnx");
        try
        {
            using (Step step = Device.BeginStep(record: false))
            {
                Tensor y = network.Forward(Device.Tensor(golden.ShapeOf("x"), golden.Read("x")));
                Close.AreClose(expected, y.ToArray(), Tolerance.Block, "the import");
            }
            OnnxExport.Write(path, network);
            Close.AreClose(expected, Run(path, golden), Tolerance.Block, "the export");
        }
        finally
        {
            File.Delete(path);
            network.Release();
        }
    }

    static string Golden(string name) => Path.Combine(AppContext.BaseDirectory, "Golden", "onnx", name);

    static double[] Doubles(SafeTensors file, string name) => Array.ConvertAll(file.Read(name), v => (double)v);

    float[] Run(string path, SafeTensors golden)
    {
        OnnxGraph graph = OnnxGraph.ToRun(Device, path);
        NpyArray<float> x = new(golden.ShapeOf("x"), golden.Read("x"));
        Dictionary<string, NpyArray<float>> inputs = new() { [graph.Inputs[0].Name] = x };
        float[] y = graph.Evaluate(inputs)[graph.Outputs[0]].Values, again = new float[y.Length];
        using (PlannedNetwork planned = new(graph))
        {
            planned.Run(x.Shape, x.Values, again);
            Assert.That(planned.Unplanned, Is.Empty);
        }
        Close.AreClose(Array.ConvertAll(y, v => (double)v), again, Tolerance.Block, "through a plan");
        graph.Release();
        return y;
    }
}
