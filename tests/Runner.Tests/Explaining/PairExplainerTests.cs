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
        const int side = 14;
        float[] a = new float[side * side], b = new float[side * side];
        Random random = new(5);
        // Edges are black, so the plain image is.
        for (int y = 1; y < side - 1; y++)
            for (int x = 1; x < side - 1; x++)
                (a[y * side + x], b[y * side + x]) = (random.NextSingle(), random.NextSingle());
        PairExplanation pair = new PairExplainer(new Identity(device, new Shape(1, side, side)))
            .Explain("a", a, "b", b);
        // -(a - b)^2 + b^2 for each pixel: exact, as the gradient is linear along the way.
        for (int p = 0; p < a.Length; p++)
            Assert.That(pair.A.Gradients[p], Is.EqualTo(-(a[p] - b[p]) * (a[p] - b[p]) + b[p] * b[p]).Within(1e-5));
        Assert.That(pair.A.Completeness, Is.EqualTo(1).Within(1e-4));
        Assert.That(pair.A.Agreement, Is.EqualTo(1).Within(1e-3), "painting over takes away just that");
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
        Assert.That(pair.A.Windows, Is.EqualTo(13 * 13));
    }

    [TestCase(new double[] { 1, 2, 3, 4 }, new double[] { 10, 20, 30, 40 }, 1)]
    [TestCase(new double[] { 1, 2, 3, 4 }, new double[] { 4, 3, 2, 1 }, -1)]
    [TestCase(new double[] { 1, 2, 3, 4, 5 }, new double[] { 2, 1, 4, 3, 5 }, 0.8)]
    [TestCase(new double[] { 1, 1, 2, 3 }, new double[] { 1, 1, 2, 3 }, 1)]
    [TestCase(new double[] { 1, 1, 1 }, new double[] { 1, 2, 3 }, double.NaN)]
    public void RankCorrelation_IsSpearmans(double[] a, double[] b, double expected) =>
        Assert.That(RankCorrelation.Of(a, b), Is.EqualTo(expected).Within(1e-12));
}
