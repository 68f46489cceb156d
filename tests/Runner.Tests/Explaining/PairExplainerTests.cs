using TripletGpu.Backends.Cpu;
using TripletGpu.Models;
using TripletGpu.Ops;
using TripletGpu.Runner.Explaining;

namespace TripletGpu.Runner.Tests.Explaining;

/// <summary>Explanations of networks of which one knows what the answer is.</summary>
public sealed class PairExplainerTests
{
    readonly Device device = new("cpu", new CpuBackend(2));

    [OneTimeTearDown]
    public void CloseDevice() => device.Dispose();

    /// <summary>The embedding is the image itself: every pixel counts for itself alone.</summary>
    sealed class Identity(Device device, Shape image) : EmbeddingNetwork(device, image, (int)image.Count, false)
    {
        protected override Tensor Embed(Tensor images) => images.Scale(1).Flatten();
    }

    [Test]
    public void OfTheImageItself_EachPixelCountsByItsOwnDistance()
    {
        const int side = 16;
        Random random = new(5);
        float[] a = [.. Enumerable.Range(0, side * side).Select(_ => random.NextSingle())];
        float[] b = [.. Enumerable.Range(0, side * side).Select(_ => random.NextSingle())];
        // A plain image is as it is when it is blurred.
        float[] plain = [.. Enumerable.Repeat(0.5f, side * side)];
        PairExplainer explainer = new(new Identity(device, new Shape(1, side, side)));
        Assert.That(explainer.Explain("plain", plain, "b", b).A.Gradients, Is.All.EqualTo(0f).Within(1e-5));
        PairExplanation pair = explainer.Explain("a", a, "b", b);
        // -(a - b)^2 + (m - b)^2 for each pixel, m that of the blurred image, near the mean of a.
        double mean = a.Average();
        double[] expected = [.. a.Zip(b, (x, y) => -(x - y) * (x - y) + (mean - y) * (mean - y))];
        Assert.That(RankCorrelation.Of(expected, [.. pair.A.Gradients.Select(g => (double)g)]), Is.GreaterThan(0.97));
        Assert.That(pair.A.Completeness, Is.EqualTo(1).Within(1e-4));
        Assert.That(pair.A.Agreement, Is.GreaterThan(0.8), "blurring takes away nearly that");
        Assert.That(pair.SquaredDistance, Is.EqualTo(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum()).Within(1e-3));
    }

    [Test]
    public void OfANetwork_TheGradientsAddUpToTheWholeDifference()
    {
        SmallCnn network = device.Build(() => new SmallCnn(device, new Shape(1, 28, 28), embedding: 16));
        network.Initialize(3);
        network.Train(false);
        Random random = new(6);
        float[] a = [.. Enumerable.Range(0, 28 * 28).Select(_ => random.NextSingle())];
        float[] b = [.. Enumerable.Range(0, 28 * 28).Select(_ => random.NextSingle())];
        PairExplanation pair = new PairExplainer(network).Explain("a", a, "b", b);
        Assert.That(pair.A.Completeness, Is.EqualTo(1).Within(0.05));
        Assert.That(pair.B.Completeness, Is.EqualTo(1).Within(0.05));
        Assert.That(pair.A.Windows, Is.InRange(100, 500));
    }

    [TestCase(new double[] { 1, 2, 3, 4 }, new double[] { 10, 20, 30, 40 }, 1)]
    [TestCase(new double[] { 1, 2, 3, 4 }, new double[] { 4, 3, 2, 1 }, -1)]
    [TestCase(new double[] { 1, 2, 3, 4, 5 }, new double[] { 2, 1, 4, 3, 5 }, 0.8)]
    [TestCase(new double[] { 1, 1, 2, 3 }, new double[] { 1, 1, 2, 3 }, 1)]
    [TestCase(new double[] { 1, 1, 1 }, new double[] { 1, 2, 3 }, double.NaN)]
    public void RankCorrelation_IsSpearmans(double[] a, double[] b, double expected) =>
        Assert.That(RankCorrelation.Of(a, b), Is.EqualTo(expected).Within(1e-12));
}
