using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Numbers whose squares are beyond float, in each operation that sums squares: the result is not finite, or right, as
/// the table in docs/ops.md has it.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class OverflowTests(string device) : DeviceFixture(device)
{
    const int Channels = 6;

    static readonly Shape shape = new(4, Channels, 4, 4);

    [Test]
    public void BatchNorm2d_MakesTheRunningVarianceInfinite([Values(1e20f, 1e30f)] float size)
    {
        using Step step = Device.BeginStep(record: false);
        float[] zeros = new float[Channels], ones = [.. Enumerable.Repeat(1f, Channels)];
        Tensor mean = PerChannel(zeros), variance = PerChannel(ones);
        Images(size).BatchNorm2d(PerChannel(ones), PerChannel(zeros), mean, variance);
        Assert.That(variance.ToArray(), Has.None.Matches<float>(float.IsFinite), "which no update lets pass");

        Tensor PerChannel(float[] values) => Device.Tensor(new Shape(Channels), values);
    }

    [Test]
    public void L2Pool2d_IsInfinite([Values(1e20f, 1e30f)] float size)
    {
        using Step step = Device.BeginStep(record: false);
        Assert.That(Images(size).L2Pool2d(2, 2, 0).ToArray(), Has.All.EqualTo(float.PositiveInfinity));
    }

    /// <summary>It tends to 0 with the size, and is within a millionth of it.</summary>
    [Test]
    public void LocalResponseNorm_IsAlmostZero([Values(1e20f, 1e30f)] float size)
    {
        using Step step = Device.BeginStep(record: false);
        float[] y = Images(size).LocalResponseNorm(5, 1e-4f, 0.75f, 1).ToArray();
        Assert.That(y, Has.All.InRange(-1e-6f, 1e-6f));
    }

    [Test]
    public void TripletLoss_IsNotFinite([Values] TripletDistance distance, [Values(1e20f, 1e30f)] float size)
    {
        using Step step = Device.BeginStep(record: false);
        int[] labels = [.. Enumerable.Range(0, 24).Select(i => i / 4)];
        Tensor rows = Device.Tensor(new Shape(24, 16), Drawn(size));
        Assert.That(float.IsFinite(
            rows.TripletLoss(labels, new TripletSettings { Distance = distance }).ToScalar()), Is.False);
    }

    [Test]
    public void NearestNeighbours_FindNothingThatFarAway()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor rows = Device.Tensor(new Shape(24, 16), Drawn(1e20f));
        (Tensor indices, Tensor distances) = rows.NearestNeighbours(rows, 2);
        int[] expected = [.. Enumerable.Range(0, 24).SelectMany(i => (int[])[i, -1])];
        Assert.That(indices.ToIntArray(), Is.EqualTo(expected));
        Assert.That(distances.ToArray().Chunk(2), Has.All.EqualTo(new[] { 0, float.PositiveInfinity }));
    }

    Tensor Images(float size) => Device.Tensor(shape, Drawn(size));

    static float[] Drawn(float size)
    {
        double[] values = Values.Uniform((int)shape.Count, new Random(3), 0.5, 2);
        return [.. values.Select((v, i) => (i % 3 == 0 ? -1 : 1) * size * (float)v)];
    }
}
