using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>Normalisations of maps in blocks of channels give what those of their planes give.</summary>
public sealed class BlockedNormalizationTests(string device) : DeviceFixture(device)
{
    const float Momentum = 0.1f, Epsilon = 1e-5f;

    // From one vector a channel to more than a block of sums, in images that share one and in one that has several.
    static readonly Shape[] shapes =
    [
        new(9, 16, 1, 1), new(300, 16, 1, 1), new(5, 48, 5, 3), new(4, 64, 7, 7), new(9, 32, 14, 14),
        new(1, 16, 14, 14), new(2, 16, 61, 23),
    ];

    INormalization Norms => Device.Backend.Normalization;

    int Lanes => Device.Backend.Convolution.ChannelBlock;

    [Test]
    public void Forward_IsThatOfPlanes(
        [ValueSource(nameof(shapes))] Shape shape, [Values] bool relu, [Values] bool residual, [Values] bool frozen)
    {
        Agree(new Maps(shape), maps =>
        {
            Tensor y = Empty(maps.X);
            Tensor? added = residual ? maps.Other : null;
            if (frozen)
                Norms.FrozenBatchNorm(
                    maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, added, y, maps.Statistics, Epsilon, relu);
            else
                Norms.BatchNorm(
                    maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, added, y, maps.Statistics, Momentum,
                    Epsilon, relu);
            return [y, maps.Statistics, maps.Mean, maps.Variance];
        });
    }

    [Test]
    public void Backward_IsThatOfPlanes(
        [ValueSource(nameof(shapes))] Shape shape, [Values] bool relu, [Values] bool accumulate, [Values] bool frozen)
    {
        Agree(new Maps(shape), maps =>
        {
            Norms.FrozenBatchNorm(
                maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, null, Empty(maps.X), maps.Statistics, Epsilon,
                relu);
            Gradient dx = new(maps.Other, accumulate);
            Gradient dweight = new(maps.Mean, accumulate), dbias = new(maps.Variance, accumulate);
            Norms.BatchNormBackward(
                maps.X, maps.Weight, maps.Bias, maps.Statistics, maps.Dy, dx, dweight, dbias, frozen, relu);
            return [maps.Other, maps.Mean, maps.Variance];
        });
    }

    /// <summary>As an inception module's branches lie in its output.</summary>
    [Test]
    public void ChannelsOfLargerMaps_HaveTheBitsOfMapsAlone([ValueSource(nameof(shapes))] Shape shape)
    {
        if (!Norms.TakesChannelsOfMaps) Assert.Ignore("maps are joined by copies");
        using Step step = Device.BeginStep(record: false);
        LaidOut alone = new(new Maps(shape), Device, Lanes), within = new(new Maps(shape), Device, Lanes);
        Shape large = shape.With(1, shape[1] + 3 * Lanes);
        Tensor y = Filled(large), dy = Filled(large);
        Tensor part = y.Channels(2 * Lanes, shape[1], "part"), gradient = dy.Channels(2 * Lanes, shape[1], "part");
        Device.Backend.Reduction.Copy(
            new(alone.Dy, 0, [shape.Product(1, 4), 1]), new(gradient, 0, [large.Product(1, 4), 1]),
            new Shape(shape[0], shape.Product(1, 4)), scale: 1, accumulate: false);

        float[][] expected = Run(alone, Empty(alone.X), alone.Dy), result = Run(within, part, gradient);

        Assert.That(result, Is.EqualTo(expected));
        float[] rest = y.ToArray();
        int plane = shape.Product(2, 4);
        for (int i = 0; i < rest.Length; i++)
        {
            int channel = i / plane % large[1];
            if (channel < 2 * Lanes || channel >= 2 * Lanes + shape[1]) Assert.That(rest[i], Is.EqualTo(7));
        }
        part.Release();
        gradient.Release();

        float[][] Run(LaidOut maps, Tensor to, Tensor from)
        {
            Norms.BatchNorm(
                maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, null, to, maps.Statistics, Momentum, Epsilon,
                relu: true);
            Norms.BatchNormBackward(
                maps.X, maps.Weight, maps.Bias, maps.Statistics, from, new Gradient(maps.Other, false),
                new Gradient(maps.Mean, false), new Gradient(maps.Variance, false), frozen: false, relu: true);
            return [to.ToArray(), maps.Other.ToArray(), maps.Mean.ToArray(), maps.Variance.ToArray()];
        }

        Tensor Filled(Shape extents)
        {
            Tensor map = Device.Empty(extents);
            map.ChannelBlock = Lanes;
            Device.Backend.Memory.Fill(map, 7);
            return map;
        }
    }

    [Test]
    public void Halves_AreThoseOfPlanes([ValueSource(nameof(shapes))] Shape shape, [Values] bool relu)
    {
        Agree(new Maps(shape), maps =>
        {
            Tensor y = Empty(maps.X), dx = Empty(maps.X), moments = Device.Empty(maps.Statistics.Shape);
            Norms.BatchMoments(maps.X, moments);
            Norms.FrozenBatchNorm(
                maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, null, y, maps.Statistics, Epsilon, relu);
            Norms.NormalizeBatch(maps.X, maps.Weight, maps.Bias, maps.Statistics, maps.Other, y, relu);
            Norms.BatchNormInputGradient(
                maps.X, maps.Weight, maps.Bias, maps.Statistics, maps.Dy, maps.Sums, new Gradient(dx, false), relu);
            return [moments, y, dx];
        });
    }

    [Test]
    public void FarFromZero_NothingIsLost([Values(1e4, -1e4)] double offset)
    {
        Maps numbers = new(new Shape(5, 32, 14, 14), offset);
        Agree(numbers, maps =>
        {
            Tensor y = Empty(maps.X);
            Norms.BatchNorm(
                maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, null, y, maps.Statistics, Momentum, Epsilon,
                relu: false);
            Norms.BatchNormBackward(
                maps.X, maps.Weight, maps.Bias, maps.Statistics, maps.Dy, new Gradient(maps.Other, false),
                new Gradient(maps.Mean, false), Gradient.None, frozen: false, relu: false);
            return [y, maps.Other, maps.Mean];
        });
    }

    [Test]
    public void LocalResponse_IsThatOfPlanes(
        [Values(5, 4, 35)] int size, [Values(0.75f, 0.6f)] float beta, [Values(1, 7, 40)] int height,
        [Values] bool accumulate)
    {
        Agree(new Maps(new Shape(2, 48, height, 5)), maps =>
        {
            Tensor y = Empty(maps.X);
            Norms.LocalResponseNorm(maps.X, y, size, 0.7f, beta, 1.5f);
            Norms.LocalResponseNormBackward(
                maps.X, maps.Dy, new Gradient(maps.Other, accumulate), size, 0.7f, beta, 1.5f);
            return [y, maps.Other];
        });
    }

    [Test]
    public void Bits_DoNotDependOnThreads()
    {
        float[] one = Gradients(threads: 1);
        Assert.That(Gradients(threads: 3), Is.EqualTo(one));
    }

    float[] Gradients(int threads)
    {
        using Device other = TestDevices.Open(DeviceName, threads);
        using Step step = other.BeginStep(record: false);
        LaidOut maps = new(new Maps(new Shape(9, 64, 14, 14)), other, Lanes);
        Tensor y = other.Empty(maps.X.Shape);
        y.ChannelBlock = Lanes;
        INormalization norms = other.Backend.Normalization;
        norms.BatchNorm(
            maps.X, maps.Weight, maps.Bias, maps.Mean, maps.Variance, null, y, maps.Statistics, Momentum, Epsilon,
            relu: true);
        norms.BatchNormBackward(
            maps.X, maps.Weight, maps.Bias, maps.Statistics, maps.Dy, new Gradient(maps.Other, false), Gradient.None,
            Gradient.None, frozen: false, relu: true);
        return [.. y.ToArray(), .. maps.Other.ToArray()];
    }

    /// <summary>Runs with planes and with blocks.</summary>
    void Agree(Maps numbers, Func<LaidOut, Tensor[]> run)
    {
        using Step step = Device.BeginStep(record: false);
        float[][] planes = Run(0), blocks = Run(Lanes);
        for (int i = 0; i < planes.Length; i++)
            Close.AreClose(
                [.. planes[i].Select(value => (double)value)], blocks[i], Tolerance.Normalization, $"result {i}");

        float[][] Run(int block) =>
            [.. run(new LaidOut(numbers, Device, block)).Select(map => BlockedMaps.InPlanes(map).ToArray())];
    }

    Tensor Empty(Tensor like)
    {
        Tensor empty = Device.Empty(like.Shape);
        empty.ChannelBlock = like.ChannelBlock;
        return empty;
    }

    /// <summary>Numbers for all operands.</summary>
    sealed class Maps
    {
        public Maps(Shape shape, double offset = 0)
        {
            Shape = shape;
            Random random = new(shape.ToString().Length + shape[1]);
            X = [.. Values.Normal((int)shape.Count, random).Select(value => (float)(value + offset))];
            (Dy, Other) = (Draw((int)shape.Count), Draw((int)shape.Count));
            (Weight, Bias, Mean, Sums) = (Draw(shape[1]), Draw(shape[1]), Draw(shape[1]), Draw(2 * shape[1]));
            Variance = Values.ToSingle(Values.Uniform(shape[1], random, 0.5, 2));

            float[] Draw(int count) => Values.ToSingle(Values.Normal(count, random));
        }

        public Shape Shape { get; }

        public float[] X { get; }

        public float[] Dy { get; }

        public float[] Other { get; }

        public float[] Weight { get; }

        public float[] Bias { get; }

        public float[] Mean { get; }

        public float[] Variance { get; }

        public float[] Sums { get; }
    }

    /// <summary>The same as tensors, maps in blocks of so many channels or, for 0, in planes.</summary>
    sealed class LaidOut(Maps numbers, Device device, int block)
    {
        public Tensor X { get; } = Map(numbers, numbers.X, device, block);

        public Tensor Dy { get; } = Map(numbers, numbers.Dy, device, block);

        public Tensor Other { get; } = Map(numbers, numbers.Other, device, block);

        public Tensor Weight { get; } = Flat(numbers.Weight, device);

        public Tensor Bias { get; } = Flat(numbers.Bias, device);

        public Tensor Mean { get; } = Flat(numbers.Mean, device);

        public Tensor Variance { get; } = Flat(numbers.Variance, device);

        public Tensor Sums { get; } = device.Tensor(new Shape(2, numbers.Shape[1]), numbers.Sums);

        public Tensor Statistics { get; } = device.Empty(new Shape(3, numbers.Shape[1]));

        static Tensor Flat(float[] values, Device device) => device.Tensor(new Shape(values.Length), values);

        static Tensor Map(Maps numbers, float[] values, Device device, int block) =>
            BlockedMaps.InBlocks(device.Tensor(numbers.Shape, values), block);
    }
}
