using TripletGpu.Autograd;
using TripletGpu.Models.Onnx;
using TripletGpu.Models.Onnx.Export;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx;

/// <summary>A block of a MobileNet: it trains, and its export is what ONNX Runtime takes it for.</summary>
public sealed class DepthwiseConvolutionTests(string device) : DeviceFixture(device)
{
    const int Opset = 13, Images = 4, Size = 9, Wide = 24;

    [TestCase(1)]
    [TestCase(2)]
    public void Block_TrainsAndIsExported(int stride)
    {
        GraphBuilder graph = new(Opset);
        string wide = graph.Relu6(graph.Conv("x", 3, Wide, 1, bias: true));
        string filtered = graph.Relu6(graph.Conv(wide, Wide, Wide, 3, stride, groups: Wide, bias: true));
        byte[] file = graph.Finish(graph.Conv(filtered, Wide, 8, 1), size: Size);
        using TemporaryFolder folder = new();
        OnnxNetwork network = OnnxNetwork.Load(
            Device, folder.Write("block.onnx", file), new Shape(3, Size, Size), normalize: false, seed: 1);
        Close.AreClose(Run(file), Output(network), Tolerance.Block, "as it came");
        double[] before = Array.ConvertAll(Output(network), v => (double)v);

        Sgd optimizer = new(network.Parameters(), momentum: 0);
        using (Step step = Device.BeginStep())
        {
            step.Backward(network.Forward(Batch()).Square().Mean());
            optimizer.Update(step.Gradients, 0.05f);
        }
        Assert.That(Output(network).Sum(v => v * v), Is.LessThan(before.Sum(v => v * v)));
        OnnxExport.Write(folder["trained.onnx"], network);
        Close.AreClose(
            Run(File.ReadAllBytes(folder["trained.onnx"])), Output(network), Tolerance.Block, "the export");
        optimizer.Release();
        network.Release();

        float[] Output(OnnxNetwork of)
        {
            using Step step = Device.BeginStep(record: false);
            return of.Forward(Batch()).ToArray();
        }
    }

    static float[] Pixels => Values.ToSingle(Values.Normal(Images * 3 * Size * Size, new Random(3)));

    Tensor Batch() => Device.Tensor(new Shape(Images, 3, Size, Size), Pixels);

    static double[] Run(byte[] model) => Array.ConvertAll(
        Runtime.Run(model, [OnnxTensor.Of("x", [Images, 3, Size, Size], Pixels)])[0].FloatsOrNull!, v => (double)v);
}
