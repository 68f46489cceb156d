using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Models.Serialization;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Optimizers;
using TripletGpu.Support;

namespace TripletGpu.Models.Tests;

/// <summary>small-cnn against PyTorch (tests/Golden/make_small_cnn.py) and against its layers one by one.</summary>
public sealed class SmallCnnTests(string device) : DeviceFixture(device)
{
    const float LearningRate = 0.003f, Momentum = 0.9f;
    static readonly Shape GoldenImage = new(1, 16, 16);

    [Test]
    public void Parameters_AreThoseOfTheSharedModel()
    {
        SmallCnn network = new(Device, new Shape(1, 28, 28));
        IReadOnlyList<Parameter> parameters = network.Parameters();
        Assert.That(parameters.Sum(p => p.Value.Count), Is.EqualTo(112_096));
        Assert.That(parameters.Select(p => $"{p.Name} {p.Value.Shape}"), Is.EqualTo(new[]
        {
            "conv1.weight (32, 1, 3, 3)", "conv1.bias (32)", "conv2.weight (32, 32, 3, 3)", "conv2.bias (32)",
            "linear.weight (128, 800)", "linear.bias (128)",
        }));
        network.Release();
    }

    [Test]
    public void TenSteps_MatchPyTorch()
    {
        using SafeTensors golden = Golden();
        SmallCnn network = GoldenNetwork(golden);
        Sgd optimizer = new(network.Parameters(), Momentum);
        int[] labels = Array.ConvertAll(golden.Read("labels"), label => (int)label);
        float[] batches = golden.Read("batches");
        double[] expected = Doubles(golden, "losses");
        double[] losses = new double[expected.Length];
        int size = batches.Length / losses.Length;
        for (int i = 0; i < losses.Length; i++)
        {
            using Step step = Device.BeginStep();
            Tensor x = Device.Tensor(
                new Shape([labels.Length, .. GoldenImage.ToArray()]), batches.AsSpan(i * size, size));
            Tensor embeddings = network.Forward(x);
            Tensor loss = embeddings.TripletLoss(labels, new TripletSettings { Margin = 0.2f });
            if (i == 0)
                Close.AreClose(Doubles(golden, "embeddings"), embeddings.ToArray(), Tolerance.Block, "embeddings");
            step.Backward(loss);
            losses[i] = loss.ToScalar();
            if (i == 0)
                foreach (Parameter p in network.Parameters())
                    Close.AreClose(
                        Doubles(golden, $"gradient.{p.Name}"), step.Gradients[p.Value].ToArray(), Tolerance.Block,
                        p.Name);
            optimizer.Update(step.Gradients, LearningRate);
        }
        Close.AreClose(expected, losses, Tolerance.LossCurve, "losses");
        optimizer.Release();
        network.Release();
    }

    [TestCase(true)]
    [TestCase(false)]
    public void Forward_EqualsItsLayersOneByOne(bool normalize)
    {
        SmallCnn network = new(Device, new Shape(3, 19, 24), embedding: 10, normalize);
        network.Initialize(seed: 5);
        network.Train(false);
        Tensor[] p = [.. network.Parameters().Select(parameter => parameter.Value)];
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(
            new(2, 3, 19, 24), Values.ToSingle(Values.Normal(2 * 3 * 19 * 24, new Random(1))));
        Tensor low = x.Conv2d(p[0], p[1]).Relu().MaxPool2d(PoolingWindow.Square(2, 2));
        Tensor high = low.Conv2d(p[2], p[3]).Relu().MaxPool2d(PoolingWindow.Square(2, 2));
        Tensor dense = high.Flatten().Linear(p[4], p[5]);
        Tensor y = normalize ? dense.L2Normalize() : dense.Relu();
        Close.AreClose(
            Array.ConvertAll(y.ToArray(), v => (double)v), network.Forward(x).ToArray(), Tolerance.Block, "embeddings");
        network.Release();
    }

    [Test]
    public void Dropout_IsAFunctionOfTheStep()
    {
        SmallCnn network = new(Device, GoldenImage, embedding: 8);
        network.Initialize(seed: 5);
        float[] first = Embed(1), again = Embed(1), next = Embed(2);
        network.Train(false);
        float[] trained = Embed(1);
        Assert.That(again, Is.EqualTo(first));
        Assert.That(next, Is.Not.EqualTo(first));
        Assert.That(trained, Is.EqualTo(Embed(2)));
        network.Release();

        float[] Embed(long step)
        {
            using Step scope = Device.BeginStep();
            network.SetStep(step);
            float[] pixels = Values.ToSingle(Values.Normal(GoldenImage.Count, new Random(1)));
            return network.Forward(Device.Tensor(new(1, 1, 16, 16), pixels)).ToArray();
        }
    }

    [Test]
    public void Images_TooSmallForTwoPools_AreRefused() =>
        Assert.That(() => new SmallCnn(Device, new Shape(1, 28, 9)), Throws.TypeOf<UserErrorException>()
            .With.Message.EqualTo("small-cnn takes images (C, H, W) of at least 10 x 10 pixels, not (1, 28, 9)"));

    static SafeTensors Golden() =>
        SafeTensors.Open(Path.Combine(AppContext.BaseDirectory, "Golden", "small_cnn.safetensors"));

    static double[] Doubles(SafeTensors file, string name) => Array.ConvertAll(file.Read(name), v => (double)v);

    SmallCnn GoldenNetwork(SafeTensors golden)
    {
        SmallCnn network = new(Device, GoldenImage, embedding: 16, dropout: 0);
        foreach (Parameter p in network.Parameters()) p.Value.CopyFrom(golden.Read($"start.{p.Name}"));
        return network;
    }
}
