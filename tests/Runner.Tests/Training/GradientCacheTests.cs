using TripletGpu.Autograd;
using TripletGpu.Backends.Cpu;
using TripletGpu.Kernels.MetricLearning;
using TripletGpu.MetricLearning;
using TripletGpu.Models;
using TripletGpu.Ops;
using TripletGpu.Runner.Data;
using TripletGpu.Runner.Training;
using TripletGpu.Support;

namespace TripletGpu.Runner.Tests.Training;

public sealed class GradientCacheTests
{
    const int Images = 22, Chunk = 6;
    static readonly TripletSettings settings = new() { Rule = MiningRule.Semihard, Margin = 0.5f };

    Device device = null!;
    Batch batch = null!;

    [SetUp]
    public void MakeBatch()
    {
        device = new Device("cpu", new CpuBackend(2));
        batch = new Batch(Images, new Shape(1, 14, 14));
        Random random = new(4);
        for (int i = 0; i < batch.Pixels.Length; i++) batch.Pixels[i] = random.NextSingle();
        for (int i = 0; i < Images; i++) batch.Labels[i] = i % 4;
    }

    [TearDown]
    public void Release() => device.Dispose();

    SmallCnn Network(float dropout)
    {
        SmallCnn network = new(device, new Shape(1, 14, 14), embedding: 8, dropout: dropout);
        network.Initialize(1);
        return network;
    }

    [Test]
    public void Gradient_IsThatOfTheWholeBatch()
    {
        SmallCnn network = Network(dropout: 0);
        float[][] whole, cached;
        using (Step step = device.BeginStep())
        {
            step.Backward(
                network.Forward(device.Tensor(batch.Shape, batch.Pixels)).TripletLoss(batch.Labels, settings));
            whole = Gradients(network, step);
        }
        using (Step step = device.BeginStep())
        {
            GradientCache cache = new(network, Chunk, batch, 1);
            step.Backward(network.Normalize(cache.Forward()).TripletLoss(batch.Labels, settings));
            cache.Backward(step);
            cached = Gradients(network, step);
        }
        for (int p = 0; p < whole.Length; p++)
        {
            Assert.That(whole[p].Max(MathF.Abs), Is.GreaterThan(0));
            Close.AreClose(
                Array.ConvertAll(whole[p], x => (double)x), cached[p], Tolerance.Sum, network.Parameters()[p].Name);
        }
        network.Release();
    }

    [Test]
    public void Dropout_DrawsOneMaskForBothPasses_AndAnotherForEachChunk()
    {
        SmallCnn network = Network(dropout: 0.5f);
        // The same images in each chunk.
        int chunkPixels = Chunk * 14 * 14;
        batch.Pixels.AsSpan(0, chunkPixels).CopyTo(batch.Pixels.AsSpan(chunkPixels));
        using Step step = device.BeginStep();
        float[] first = new GradientCache(network, Chunk, batch, 3).Forward().ToArray();
        float[] again = new GradientCache(network, Chunk, batch, 3).Forward().ToArray();
        float[] next = new GradientCache(network, Chunk, batch, 4).Forward().ToArray();
        int width = Chunk * network.Dimension;
        Assert.Multiple(() =>
        {
            Assert.That(again, Is.EqualTo(first));
            Assert.That(next, Is.Not.EqualTo(first));
            Assert.That(first.AsSpan(0, width).SequenceEqual(first.AsSpan(width, width)), Is.False);
            Assert.That(first.AsSpan(width, width).SequenceEqual(next.AsSpan(0, width)), Is.False);
        });
        network.Release();
    }

    static float[][] Gradients(SmallCnn network, Step step) =>
        [.. network.Parameters().Select(parameter => step.Gradients[parameter.Value].ToArray())];
}
