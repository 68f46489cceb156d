using NUnit.Framework;
using TripletGpu.Autograd;
using TripletGpu.Collectives;
using TripletGpu.Modules;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Modules;

/// <summary>What looks at a batch as a whole, where ranks have it between them: as one process has it.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class SharedBatchTests(string device)
{
    const int Rows = 7, Channels = 3;

    static readonly Shape whole = new(Rows, Channels, 4, 5);

    [TestCase(2, false)]
    [TestCase(3, true)]
    [TestCase(7, true)]
    public void BatchNorm_OfSeveralRanks_IsThatOfOne(int size, bool relu)
    {
        if (device == TestDrivers.Reference && size > 2) size = 2;
        float[] x = Floats(whole.Count, 1, 2), dy = Floats(whole.Count, 2, 1);
        Result expected = default!;
        ThreadCollective.Run(1, _ =>
        {
            using Device opened = TestDevices.Open(device, threads: 1);
            expected = Run(opened, null, relu, x, dy);
        });
        ThreadCollective.Run(size, ranks =>
        {
            using Device opened = TestDevices.Open(device, threads: 1);
            BatchShare share = new(ranks, Rows);
            int width = (int)(whole.Count / Rows), first = share.First * width, count = share.Count * width;
            Result own = Run(opened, share, relu, x[first..(first + count)], dy[first..(first + count)]);
            float[] weights = [.. own.WeightGradient, .. own.BiasGradient];
            ranks.AllReduceSum(weights.AsSpan());
            AreClose(expected.Output[first..(first + count)], own.Output, "output");
            AreClose(expected.InputGradient[first..(first + count)], own.InputGradient, "dx");
            AreClose([.. expected.WeightGradient, .. expected.BiasGradient], weights, "dweight and dbias");
            AreClose(expected.Mean, own.Mean, "running mean");
            AreClose(expected.Variance, own.Variance, "running variance");
        });
    }

    [Test]
    public void BatchNorm_OfOneValueARank_HasStatistics() => ThreadCollective.Run(3, ranks =>
    {
        using Device opened = TestDevices.Open(device, threads: 1);
        using Step step = opened.BeginStep();
        BatchNorm2d norm = new(opened, 1);
        norm.Initialize(1);
        norm.SetShare(new BatchShare(ranks, 3));
        float[] y = norm.Forward(opened.Tensor(new Shape(1, 1), [(float)ranks.Rank])).ToArray();
        // 0, 1, 2 have mean 1 and variance 2/3.
        double expected = (ranks.Rank - 1) / Math.Sqrt(2.0 / 3 + 1e-5);
        Close.AreClose([expected], y, Tolerance.Normalization, "y");
        norm.Release();
    });

    [Test]
    public void Dropout_DropsWhatOneProcessDrops()
    {
        float[] ones = [.. Enumerable.Repeat(1f, Rows * 11)], expected = [];
        ThreadCollective.Run(1, _ =>
        {
            using Device opened = TestDevices.Open(device, threads: 1);
            using Step step = opened.BeginStep();
            Dropout dropout = new(opened, 0.4f, seed: 5);
            dropout.SetStep(9);
            expected = dropout.Forward(opened.Tensor(new Shape(Rows, 11), ones)).ToArray();
        });
        ThreadCollective.Run(3, ranks =>
        {
            using Device opened = TestDevices.Open(device, threads: 1);
            using Step step = opened.BeginStep();
            Dropout dropout = new(opened, 0.4f, seed: 5);
            dropout.SetStep(9);
            BatchShare share = new(ranks, Rows);
            dropout.SetShare(share);
            float[] own = dropout.Forward(
                opened.Tensor(new Shape(share.Count, 11), ones.AsSpan(0, share.Count * 11))).ToArray();
            Assert.That(own, Is.EqualTo(expected.Skip(share.First * 11).Take(share.Count * 11)));
        });
    }

    sealed record Result(
        float[] Output, float[] InputGradient, float[] WeightGradient, float[] BiasGradient, float[] Mean,
        float[] Variance);

    static Result Run(Device device, BatchShare? share, bool relu, float[] x, float[] dy)
    {
        BatchNorm norm = relu ? new BatchNormRelu(device, Channels) : new BatchNorm2d(device, Channels);
        norm.Initialize(1);
        norm.Weight.Value.CopyFrom([0.5f, -1.5f, 2]);
        norm.Bias.Value.CopyFrom([0.1f, 0.2f, -0.3f]);
        norm.SetShare(share);
        Shape shape = new(share?.Count ?? Rows, Channels, 4, 5);
        using Step step = device.BeginStep();
        Tensor input = device.Tensor(shape, x);
        input.RequiresGradient = true;
        Tensor y = norm.Forward(input);
        float[] output = y.ToArray();
        step.Backward(y, device.Tensor(shape, dy));
        Result result = new(
            output, step.Gradients[input].ToArray(), norm.Weight.Gradient!.ToArray(), norm.Bias.Gradient!.ToArray(),
            norm.RunningMean.Value.ToArray(), norm.RunningVariance.Value.ToArray());
        norm.Release();
        return result;
    }

    static float[] Floats(long count, int seed, double deviation) =>
        Array.ConvertAll(Values.Normal(count, new Random(seed), deviation), v => (float)v);

    static void AreClose(float[] expected, float[] actual, string what) => Close.AreClose(
        Array.ConvertAll(expected, v => (double)v), actual, Tolerance.Normalization, what);
}
