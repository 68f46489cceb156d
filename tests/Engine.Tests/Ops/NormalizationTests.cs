using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.Oracle;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Running statistics, values far from zero, norms, errors.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class NormalizationTests(string device) : DeviceFixture(device)
{
    [Test]
    public void BatchNorm2d_InTraining_MovesTheRunningStatistics()
    {
        const int Channels = 3, Plane = 35;
        double[] x = Values.Normal(4 * Channels * Plane, new Random(5), deviation: 3);
        using Step step = Device.BeginStep(record: false);
        Tensor mean = Device.Tensor(new Shape(3), new float[] { 1, -2, 0 });
        Tensor variance = Device.Tensor(new Shape(3), new float[] { 1, 4, 0.5f });
        Tensor one = Device.Tensor(new Shape(3), new float[] { 1, 1, 1 });
        double[] expectedMean = [1, -2, 0], expectedVariance = [1, 4, 0.5];
        for (int c = 0; c < Channels; c++)
        {
            (double m, double v) = Normalization.Moments(x, Channels, Plane, c);
            expectedMean[c] += 0.1 * (m - expectedMean[c]);
            expectedVariance[c] += 0.1 * (v * 140 / 139 - expectedVariance[c]);
        }
        Tensor images = Device.Tensor(new Shape(4, 3, 5, 7), Values.ToSingle(x));
        images.BatchNorm2d(one, one, mean, variance);
        Close.AreClose(expectedMean, mean.ToArray(), Tolerance.Sum, "running mean");
        Close.AreClose(expectedVariance, variance.ToArray(), Tolerance.Sum, "running variance");
        images.BatchNormRelu(one, one, mean, variance, isFrozen: true);
        Close.AreClose(expectedMean, mean.ToArray(), Tolerance.Sum, "frozen mean");
    }

    [TestCase(1e4)]
    [TestCase(-1e4)]
    public void BatchNorm2d_FarFromZero_LosesNothing(double offset)
    {
        double[] x = Values.Normal(8 * 2 * 75, new Random(6));
        for (int i = 0; i < x.Length; i++) x[i] = (float)(x[i] + offset);
        double[] weight = [1.5, -0.5], bias = [0.25, 1];
        double[] dy = Values.Normal(x.Length, new Random(7));
        using Step step = Device.BeginStep();
        Tensor input = Device.Tensor(new Shape(8, 2, 5, 15), Values.ToSingle(x));
        Tensor w = Device.Tensor(new Shape(2), Values.ToSingle(weight));
        Tensor b = Device.Tensor(new Shape(2), Values.ToSingle(bias));
        input.RequiresGradient = w.RequiresGradient = true;
        Tensor mean = Device.Tensor(new Shape(2), new float[2]), variance = Device.Tensor(new Shape(2), new float[2]);
        Tensor y = input.BatchNorm2d(w, b, mean, variance);
        double[] expectedY = Normalization.BatchNorm(x, weight, bias, 2, 75, 1e-5, false);
        Close.AreClose(expectedY, y.ToArray(), Tolerance.Normalization, "y");
        step.Backward(y, Device.Tensor(y.Shape, Values.ToSingle(dy)));
        double[]?[] expected = Normalization.BatchNormBackward(x, weight, bias, dy, 2, 75, 1e-5, false);
        Close.AreClose(expected[0]!, step.Gradients[input].ToArray(), Tolerance.Normalization, "dx");
        Close.AreClose(expected[1]!, step.Gradients[w].ToArray(), Tolerance.Normalization, "dweight");
    }

    [Test]
    public void L2Normalize_HandsOutTheNormsBefore()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(3, 2), new float[] { 3, 4, 0, 0, 0, -2 });
        Tensor y = x.L2Normalize(out Tensor norms);
        Assert.That(norms.ToArray(), Is.EqualTo(new float[] { 5, 0, 2 }));
        Assert.That(y.ToArray(), Is.EqualTo(new[] { 0.6f, 0.8f, 0, 0, 0, -1 }));
    }

    [Test]
    public void BatchNorm2d_WrongShapes_AreNamed()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2, 3), new float[6]), two = Device.Tensor(new Shape(2), new float[2]);
        Tensor three = Device.Tensor(new Shape(3), new float[3]);
        Assert.That(() => x.BatchNorm2d(two, two, two, two), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "[BatchNorm2d] input has 3 channels but input 1 is (2): input (2, 3)"));
        Tensor alone = Device.Tensor(new Shape(1, 3), new float[3]);
        Assert.That(() => alone.BatchNorm2d(three, three, three, three),
            Throws.TypeOf<ShapeException>().With.Message.Contains("more than one value a channel"));
        Assert.That(() => alone.BatchNorm2d(three, three, three, three, isFrozen: true), Throws.Nothing);
    }
}
