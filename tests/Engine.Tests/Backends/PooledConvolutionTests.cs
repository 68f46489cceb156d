using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>
/// A convolution and the pooling after it in one operation give, bit for bit, what they give one after the other.
/// </summary>
[TestFixture("cpu-avx512", 1)]
[TestFixture("cpu-avx512", 3)]
[TestFixture("cpu-avx2", 2)]
[TestFixture("cpu-portable", 1)]
public sealed class PooledConvolutionTests(string name, int threads)
{
    static readonly ConvolutionGeometry Stem = new(stride: 2, padding: 3);

    static readonly (string What, Shape X, Shape Weight, ConvolutionGeometry Geometry, PoolingWindow Pool)[] Layers =
    [
        ("stem", new(2, 3, 64, 64), new(64, 3, 7, 7), Stem, PoolingWindow.Square(3, 2, 1)),
        ("stem, several bands", new(1, 3, 224, 224), new(64, 3, 7, 7), Stem, PoolingWindow.Square(3, 2, 1)),
        ("stem, odd", new(3, 3, 61, 47), new(48, 3, 7, 7), Stem, PoolingWindow.Square(3, 2, 1)),
        ("one channel", new(5, 1, 60, 60), new(64, 1, 7, 7), new(1, padding: 3), PoolingWindow.Square(3, 2, 1)),
        ("halves", new(2, 4, 33, 30), new(16, 4, 3, 3), new(1, padding: 1), PoolingWindow.Square(2, 2)),
        ("ceil", new(2, 3, 40, 41), new(16, 3, 5, 5), new(2, padding: 2), PoolingWindow.Square(3, 2, ceilMode: true)),
        ("windows apart", new(1, 3, 50, 50), new(16, 3, 3, 3), new(1, padding: 0), PoolingWindow.Square(2, 3)),
        ("narrow", new(2, 3, 90, 5), new(16, 3, 3, 3), new(1, padding: 1), PoolingWindow.Square(3, 2, 1)),
        ("sides", new(1, 2, 45, 52), new(32, 2, 5, 3), new(2, 1, 1, 0, 2, 1, 1, 1), new(3, 2, 2, 1, 1, 0, 0, 1)),
    ];

    static IEnumerable<TestCaseData> Cases =>
        from layer in Layers
        from isInBlocks in (bool[])[false, true]
        from hasBias in (bool[])[true, false]
        select new TestCaseData(layer.X, layer.Weight, layer.Geometry, layer.Pool, isInBlocks, hasBias)
            .SetArgDisplayNames(layer.What, isInBlocks ? "blocks" : "planes", hasBias ? "bias and ReLU" : "alone");

    [TestCaseSource(nameof(Cases))]
    public void Maxima_AreThoseOfTheMap(
        Shape xShape, Shape weightShape, ConvolutionGeometry geometry, PoolingWindow window, bool isInBlocks,
        bool hasBias)
    {
        using Device device = TestDevices.Open(name, threads);
        using Step step = device.BeginStep(record: false);
        Random random = new(1);
        Tensor Normal(Shape shape) =>
            device.Tensor(shape, Values.ToSingle(Values.Normal((int)shape.Count, random)));
        Tensor x = Normal(xShape), weight = Normal(weightShape);
        Tensor? bias = hasBias ? Normal(new Shape(weightShape[0])) : null;
        Tensor map = x.Conv2d(weight, geometry, bias, relu: hasBias);
        Conv2d op = new(geometry, hasBias, HasResidual: false, ClipRange.ReluIf(hasBias));
        IConvolution convolution = device.Backend.Convolution;
        Kernels.Convolution.ConvolutionShape dims = geometry.Over(xShape, weightShape);
        Kernels.Pooling.PlaneWindow pool = window.Over(op, map.Shape);
        Assert.That(convolution.TakesMaxPool(dims, pool), Is.True);
        Tensor expected = map.MaxPool2d(window), y = device.Empty(expected.Shape);
        if (isInBlocks) y.ChannelBlock = convolution.ChannelBlock;
        device.Backend.Memory.Fill(y, float.NaN);
        convolution.ForwardMaxPool(x, weight, bias, y, dims, op.Clip, pool);
        Assert.That(y.ToArray(), Is.EqualTo(expected.ToArray()));
        if (isInBlocks) return;
        Tensor applied = hasBias
            ? (op with { Pool = window }).Apply(x, weight, bias!) : (op with { Pool = window }).Apply(x, weight);
        Assert.That(applied.ToArray(), Is.EqualTo(expected.ToArray()), "as an operation");
    }

    [Test]
    public void NaN_ReachesTheWindowsThatSeeIt()
    {
        using Device device = TestDevices.Open(name, threads);
        using Step step = device.BeginStep(record: false);
        float[] values = Values.ToSingle(Values.Normal(3 * 64 * 64, new Random(1)));
        values[64 * 64 + 30 * 64 + 41] = float.NaN;
        Tensor x = device.Tensor(new Shape(1, 3, 64, 64), values);
        Tensor weight = device.Tensor(
            new Shape(16, 3, 7, 7), Values.ToSingle(Values.Normal(16 * 147, new Random(2))));
        PoolingWindow window = PoolingWindow.Square(3, 2, 1);
        float[] expected = x.Conv2d(weight, Stem).MaxPool2d(window).ToArray();
        Assert.That(expected.Count(float.IsNaN), Is.InRange(16, 16 * 16));
        Conv2d op = new(Stem, HasBias: false, HasResidual: false, ClipRange.None) { Pool = window };
        Assert.That(op.Apply(x, weight).ToArray(), Is.EqualTo(expected));
    }

    [TestCase(64, 7, 2, 3, true)]
    [TestCase(18, 7, 2, 3, false, Description = "channels that fill no block")]
    [TestCase(64, 1, 1, 0, false, Description = "one tap: pixels are read as they lie")]
    public void OnlyWhatPays_IsTaken(int filters, int kernel, int stride, int padding, bool expected)
    {
        using Device device = TestDevices.Open(name, threads);
        ConvolutionGeometry geometry = new(stride, padding);
        Shape x = new(1, 3, 112, 112), weight = new(filters, 3, kernel, kernel);
        Kernels.Convolution.ConvolutionShape dims = geometry.Over(x, weight);
        MaxPool2d pool = new(PoolingWindow.Square(3, 2, 1));
        Assert.That(device.Backend.Convolution.TakesMaxPool(
            dims, pool.Window.Over(pool, new Shape(1, filters, dims.P, dims.Q))), Is.EqualTo(expected));
    }

    /// <summary>Lines so long that a band is one line of windows: too much would be computed twice.</summary>
    [Test]
    public void LongLines_AreNotTaken()
    {
        using Device device = TestDevices.Open(name, threads);
        Shape x = new(1, 3, 64, 4096), weight = new(64, 3, 7, 7);
        Kernels.Convolution.ConvolutionShape dims = Stem.Over(x, weight);
        MaxPool2d pool = new(PoolingWindow.Square(3, 2, 1));
        Assert.That(device.Backend.Convolution.TakesMaxPool(
            dims, pool.Window.Over(pool, new Shape(1, 64, dims.P, dims.Q))), Is.False);
    }
}
