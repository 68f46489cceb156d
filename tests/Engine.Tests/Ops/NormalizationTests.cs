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

    [TestCase(1e4, 8, 15)]
    [TestCase(-1e4, 8, 15)]
    [TestCase(1e4, 130, 1)]
    public void BatchNorm2d_FarFromZero_LosesNothing(double offset, int images, int columns)
    {
        int plane = 5 * columns;
        double[] x = Values.Normal(images * 2 * plane, new Random(6));
        for (int i = 0; i < x.Length; i++) x[i] = (float)(x[i] + offset);
        double[] weight = [1.5, -0.5], bias = [0.25, 1];
        double[] dy = Values.Normal(x.Length, new Random(7));
        using Step step = Device.BeginStep();
        Tensor input = Device.Tensor(new Shape(images, 2, 5, columns), Values.ToSingle(x));
        Tensor w = Device.Tensor(new Shape(2), Values.ToSingle(weight));
        Tensor b = Device.Tensor(new Shape(2), Values.ToSingle(bias));
        input.RequiresGradient = w.RequiresGradient = true;
        Tensor mean = Device.Tensor(new Shape(2), new float[2]), variance = Device.Tensor(new Shape(2), new float[2]);
        Tensor y = input.BatchNorm2d(w, b, mean, variance);
        double[] expectedY = Normalization.BatchNorm(x, weight, bias, 2, plane, 1e-5, false);
        Close.AreClose(expectedY, y.ToArray(), Tolerance.Normalization, "y");
        step.Backward(y, Device.Tensor(y.Shape, Values.ToSingle(dy)));
        double[]?[] expected = Normalization.BatchNormBackward(x, weight, bias, dy, 2, plane, 1e-5, false);
        Close.AreClose(expected[0]!, step.Gradients[input].ToArray(), Tolerance.Normalization, "dx");
        Close.AreClose(expected[1]!, step.Gradients[w].ToArray(), Tolerance.Normalization, "dweight");
    }

    /// <summary>Rows whose squares overflow, next to ordinary ones, whose bits do not depend on them.</summary>
    [Test]
    public void L2Normalize_OfLongRows_IsTheDirection([Values(1, 5, 130)] int width)
    {
        float[] lengths = [1, 1e19f, 3e19f, 1e20f, 1e30f, 2e38f, float.MaxValue];
        Random random = new(9);
        float[] x = [.. lengths.SelectMany(
            length => Values.Normal(width, random).Select(v => length * (float)Math.Clamp(v, -1, 1)))];
        double[] exact = Array.ConvertAll(x, value => (double)value);
        using Step step = Device.BeginStep();
        Tensor rows = Device.Tensor(new Shape(lengths.Length, width), x);
        rows.RequiresGradient = true;
        Tensor y = rows.L2Normalize(out Tensor norms);
        Close.AreClose(Normalization.L2Normalize(exact, width, 1e-12), y.ToArray(), Tolerance.Normalization, "y");
        double[] expected = [.. exact.Chunk(width).Select(row => Math.Sqrt(row.Sum(v => v * v)))];
        float[] actual = norms.ToArray();
        for (int i = 0; i < expected.Length; i++)
            if (expected[i] > float.MaxValue) Assert.That(actual[i], Is.EqualTo(float.PositiveInfinity));
            else Assert.That(actual[i] / expected[i], Is.EqualTo(1).Within(1e-6), $"norm {i}");
        float[] alone = Device.Tensor(new Shape(1, width), x[..width]).L2Normalize().ToArray();
        Assert.That(y.ToArray()[..width], Is.EqualTo(alone));
        float[] dy = Values.ToSingle(Values.Normal(x.Length, random));
        step.Backward(y, Device.Tensor(y.Shape, dy));
        double[] dx = Normalization.L2NormalizeBackward(exact, Array.ConvertAll(dy, v => (double)v), width, 1e-12);
        float[] gradient = step.Gradients[rows].ToArray();
        // Compared times the norm: the gradients of long rows are small, and from 1e30 on next to nothing.
        for (int i = 0; i < 4 * width; i++)
            Assert.That((gradient[i] - dx[i]) * expected[i / width], Is.Zero.Within(1e-5), $"gradient {i}");
        Assert.That(gradient, Has.All.Matches<float>(float.IsFinite));
    }

    [Test]
    public void L2Normalize_OfInfinity_IsNotFinite()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(1, 3), [1, float.PositiveInfinity, -2]);
        Assert.That(x.L2Normalize().ToArray()[1], Is.NaN);
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
