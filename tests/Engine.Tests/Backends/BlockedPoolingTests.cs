using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>Pooling of maps in blocks of channels gives what pooling of their planes gives.</summary>
public sealed class BlockedPoolingTests(string device) : DeviceFixture(device)
{
    static readonly PoolingWindow[] windows =
    [
        PoolingWindow.Square(2, 2), PoolingWindow.Square(3, 1, 1), PoolingWindow.Square(3, 2, ceilMode: true),
        new(2, 5, 3, 1, 1, 4, 0, 2), PoolingWindow.Square(7, 7),
    ];

    [Test]
    public void Maximum_IsThatOfPlanes(
        [ValueSource(nameof(windows))] PoolingWindow window, [Values(9, 40)] int pixels)
    {
        float[] x = Values.ToSingle(Values.Normal(2 * 48 * pixels * 9, new Random(1)));
        for (int i = 0; i < x.Length; i += 97) x[i] = i % 2 == 0 ? float.NaN : float.NegativeInfinity;
        (float[] planes, float[] blocks) = Both(new MaxPool2d(window, KeepsTaps: false), x, pixels);
        Assert.That(blocks, Is.EqualTo(planes));
    }

    [Test]
    public void Norm_IsThatOfPlanes(
        [ValueSource(nameof(windows))] PoolingWindow window, [Values(9, 40)] int pixels)
    {
        float[] x = Values.ToSingle(Values.Normal(2 * 48 * pixels * 9, new Random(1)));
        (float[] planes, float[] blocks) = Both(new L2Pool2d(window), x, pixels);
        Close.AreClose([.. planes.Select(value => (double)value)], blocks, Tolerance.Sum, "norms");
    }

    (float[] Planes, float[] Blocks) Both(Op op, float[] values, int lines)
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(2, 48, lines, 9), values);
        Tensor y = op.Apply(MapLayout.Of(x, Device.Backend.Convolution.ChannelBlock));
        Assert.That(y.ChannelBlock, Is.EqualTo(Device.Backend.Convolution.ChannelBlock));
        return (op.Apply(x).ToArray(), y.ToArray());
    }
}
