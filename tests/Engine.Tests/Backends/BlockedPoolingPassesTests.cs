using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Pooling;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>Pooling of maps in blocks of channels gives, both ways, what that of their planes gives.</summary>
public sealed class BlockedPoolingPassesTests(string device) : DeviceFixture(device)
{
    const int Images = 2, Channels = 48, Columns = 9;

    // Windows that meet, that overlap, that hang over edges by different numbers, and with pixels between them.
    static readonly PoolingWindow[] windows =
    [
        PoolingWindow.Square(2, 2), PoolingWindow.Square(3, 1, 1), PoolingWindow.Square(3, 2, 1),
        PoolingWindow.Square(3, 2, ceilMode: true), new(2, 5, 3, 1, 1, 4, 0, 2), PoolingWindow.Square(7, 7),
        PoolingWindow.Square(2, 3),
    ];

    // Few outputs, and enough that threads share them.
    static readonly int[] heights = [9, 40];

    IPooling Pooling => Device.Backend.Pooling;

    [Test]
    public void Maximum_HasTheBitsOfPlanes(
        [ValueSource(nameof(windows))] PoolingWindow window, [ValueSource(nameof(heights))] int height,
        [Values] bool accumulate)
    {
        Agree(window, height, Tolerance.Exact, maps =>
        {
            Tensor x = maps.Input(FewNumbers), dx = maps.Input();
            return Maximum(maps, x, dx, accumulate);
        });
    }

    /// <summary>Of planes into blocks, and gradients back; the highest maps are turned in several bands.</summary>
    [Test]
    public void MaximumOfPlanes_InBlocks_HasTheirBits(
        [ValueSource(nameof(windows))] PoolingWindow window, [Values(9, 40, 500)] int height, [Values] bool accumulate)
    {
        if (Pooling.TurnedChannelBlock == 0) Assert.Ignore("no maps in blocks");
        Agree(window, height, Tolerance.Exact, maps =>
        {
            Tensor x = maps.Planes(FewNumbers), dx = maps.Planes();
            return Maximum(maps, x, dx, accumulate);
        });
    }

    /// <summary>So that there are equals, NaN, and windows of nothing but minus infinity.</summary>
    static float FewNumbers(int i, Random random) =>
        i % 97 == 0 ? float.NaN : i % 1009 < 300 ? float.NegativeInfinity : random.Next(9);

    Tensor[] Maximum(Maps maps, Tensor x, Tensor dx, bool accumulate)
    {
        (Tensor y, Tensor taps) = (maps.Output(), maps.Output());
        Pooling.Max(x, y, taps, maps.Window);
        Pooling.MaxBackward(taps, maps.Output(), new Gradient(dx, accumulate), maps.Window);
        return [y, taps, dx];
    }

    [Test]
    public void Norm_IsThatOfPlanes(
        [ValueSource(nameof(windows))] PoolingWindow window, [ValueSource(nameof(heights))] int height,
        [Values] bool accumulate)
    {
        Agree(window, height, Tolerance.Sum, maps =>
        {
            Tensor x = maps.Input((i, random) => i % 1009 < 300 ? 0 : random.NextSingle() - 0.5f);
            (Tensor y, Tensor dx) = (maps.Output(), maps.Input());
            Pooling.L2(x, y, maps.Window);
            Pooling.L2Backward(x, y, maps.Output(), new Gradient(dx, accumulate), maps.Window);
            return [y, dx];
        });
    }

    [Test]
    public void Average_IsThatOfPlanes(
        [ValueSource(nameof(windows))] PoolingWindow window, [ValueSource(nameof(heights))] int height,
        [Values] bool accumulate, [Values] bool countPadding)
    {
        Agree(window, height, Tolerance.Sum, maps =>
        {
            (Tensor y, Tensor dx) = (maps.Output(), maps.Input());
            Pooling.Average(maps.Input(), y, maps.Window, countPadding);
            Pooling.AverageBackward(maps.Output(), new Gradient(dx, accumulate), maps.Window, countPadding);
            return [y, dx];
        });
    }

    [Test]
    public void GlobalAverage_IsThatOfPlanes([Values(1, 9, 40)] int height, [Values] bool accumulate)
    {
        Agree(PoolingWindow.Square(1, 1), height, Tolerance.Sum, maps =>
        {
            Tensor y = Device.Empty(new Shape(Images, Channels)), dx = maps.Input();
            Pooling.GlobalAverage(maps.Input(), y);
            Pooling.GlobalAverageBackward(y, new Gradient(dx, accumulate));
            return [y, dx];
        });
    }

    void Agree(PoolingWindow window, int height, Tolerance tolerance, Func<Maps, Tensor[]> run)
    {
        using Step step = Device.BeginStep(record: false);
        float[][] planes = Run(0), blocks = Run(Device.Backend.Convolution.ChannelBlock);
        for (int i = 0; i < planes.Length; i++)
            Close.AreClose([.. planes[i].Select(value => (double)value)], blocks[i], tolerance, $"result {i}");

        float[][] Run(int block) =>
            [.. run(new Maps(Device, window, height, block)).Select(map => BlockedMaps.InPlanes(map).ToArray())];
    }

    /// <summary>Maps of the same numbers, in blocks of so many channels or, for 0, in planes.</summary>
    sealed class Maps(Device device, PoolingWindow window, int height, int block)
    {
        readonly Random random = new(1);
        readonly Shape input = new(Images, Channels, height, Columns);

        public PlaneWindow Window => window.Over(new MaxPool2d(window), input);

        public Tensor Input(Func<int, Random, float>? value = null) => Map(input, value, block);

        /// <summary>An input in planes, whatever the others lie in.</summary>
        public Tensor Planes(Func<int, Random, float>? value = null) => Map(input, value, 0);

        public Tensor Output() => Map(new Shape(Images, Channels, Window.P, Window.Q), null, block);

        Tensor Map(Shape shape, Func<int, Random, float>? value, int block)
        {
            value ??= (_, random) => random.NextSingle() - 0.5f;
            float[] values = [.. Enumerable.Range(0, (int)shape.Count).Select(i => value(i, random))];
            return BlockedMaps.InBlocks(device.Tensor(shape, values), block);
        }
    }
}
