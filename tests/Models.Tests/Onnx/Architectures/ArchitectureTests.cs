using TripletGpu.Autograd;
using TripletGpu.Inference;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Onnx;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests.Onnx.Architectures;

/// <summary>Published networks with random weights: they run as in ONNX Runtime, and they train.</summary>
public sealed class ArchitectureTests
{
    const int Images = 4, Size = 32;
    const double Relative = 1e-4;

    static IEnumerable<TestCaseData> Networks =>
    [
        Of("arcface", FaceNetworks.ArcFace), Of("adaface", FaceNetworks.AdaFace),
        Of("mobilefacenet", FaceNetworks.MobileFaceNet), Of("sphereface", FaceNetworks.SphereFace),
        Of("facenet", FaceNetworks.FaceNet), Of("mobilenetv2", ImageNetworks.MobileNetV2),
        Of("mobilenetv3", ImageNetworks.MobileNetV3), Of("efficientnet-lite", ImageNetworks.EfficientNetLite),
        Of("efficientnet", ImageNetworks.EfficientNet), Of("shufflenet", ImageNetworks.ShuffleNet),
        Of("densenet", ImageNetworks.DenseNet), Of("resnext", ImageNetworks.ResNext),
        Of("convnext", ImageNetworks.ConvNext), Of("dinov2", ImageTowers.DinoV2), Of("clip", ImageTowers.Clip),
        Of("swin", WindowTowers.Swin), Of("maxvit", WindowTowers.MaxVit),
    ];

    [TestCaseSource(nameof(Networks))]
    public void Network_RunsAsInOnnxRuntime_AndTrains(Func<byte[]> build)
    {
        byte[] bytes = build();
        using TemporaryFolder folder = new();
        using Device device = TestDevices.Open("cpu-avx2");
        Shape imageShape = new(3, Size, Size), batch = new(Images, 3, Size, Size);
        float[] pixels = Values.ToSingle(Values.Uniform(batch.Count, new Random(3), 0, 1));
        OnnxNetwork network = OnnxNetwork.Load(device, folder.Write("network.onnx", bytes), imageShape, false, seed: 1);
        network.Train(false);
        using (Step step = device.BeginStep(record: false))
        {
            OnnxTensor input = OnnxTensor.Of("x", [Images, 3, Size, Size], pixels);
            float[] expected = Runtime.Run(bytes, [input])[0].FloatsOrNull!;
            float[] actual = network.Forward(device.Tensor(batch, pixels)).ToArray();
            double scale = expected.Max(v => Math.Abs((double)v));
            Assert.That(actual, Is.EqualTo(expected).Within(Relative * scale));
            using PlannedNetwork planned = new(network);
            planned.Run(batch, pixels, actual);
            Assert.That(planned.Unplanned, Is.Empty);
            Assert.That(actual, Is.EqualTo(expected).Within(Relative * scale), "through a plan");
        }
        network.Train(true);
        Sgd optimizer = new(network.Parameters(), momentum: 0.9f);
        float[] losses = new float[5];
        for (int i = 0; i < losses.Length; i++)
        {
            network.SetStep(i);
            using Step step = device.BeginStep();
            Tensor loss = network.Forward(device.Tensor(batch, pixels)).Affine(1, -0.5f).Square().Mean();
            losses[i] = loss.ToScalar();
            step.Backward(loss);
            foreach (Modules.Parameter parameter in network.Parameters().Where(p => p.IsTrainable))
                Assert.That(step.Gradients.Find(parameter.Value), Is.Not.Null, parameter.Name);
            optimizer.Update(step.Gradients, 0.01f);
        }
        Assert.That(losses, Is.All.Matches<float>(float.IsFinite));
        Assert.That(losses[^1], Is.LessThan(losses[0]));
        optimizer.Release();
        network.Release();
    }

    static TestCaseData Of(string name, Func<byte[]> build) => new TestCaseData(build).SetArgDisplayNames(name);
}
