using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Shapes that reach every tail of the fused convolution: windows, vectors, blocks of taps, padding.</summary>
public static class Conv2dReluMaxPoolTests
{
    static readonly (string What, int N, int C, int H, int W, int K, int R, int S, int Padding)[] Shapes =
    [
        ("first layer", 3, 1, 16, 14, 32, 3, 3, 0),
        ("second layer", 3, 32, 7, 7, 32, 3, 3, 0),
        ("batch 1", 1, 3, 10, 9, 5, 3, 3, 0),
        ("one window", 2, 2, 4, 4, 3, 3, 3, 0),
        ("1x1", 2, 3, 6, 7, 33, 1, 1, 0),
        ("5x5", 2, 1, 13, 12, 20, 5, 5, 0),
        ("5x5 of many channels", 2, 9, 7, 6, 17, 5, 5, 2),
        ("7 channels", 3, 7, 7, 8, 20, 3, 3, 1),
        ("8 channels", 3, 8, 5, 6, 40, 3, 3, 1),
        ("64 channels", 2, 64, 5, 5, 6, 3, 3, 0),
        ("padding", 4, 1, 11, 10, 16, 3, 3, 1),
        ("padding beyond the taps", 2, 3, 4, 5, 6, 2, 2, 3),
        ("lines of taps", 2, 20, 4, 14, 7, 2, 4, 0),
        ("four windows a line", 2, 2, 10, 10, 16, 3, 3, 0),
    ];

    public static IEnumerable<OpCase> Cases =>
        Shapes.Select(s => Case(s.What, new(s.N, s.C, s.H, s.W), new(s.K, s.C, s.R, s.S), s.Padding));

    internal static OpCase Case(string what, Shape x, Shape weight, int padding)
    {
        Oracle.ConvolutionReluMaxPool oracle = new(new(
            x[0], x[1], x[2], x[3], weight[0], weight[2], weight[3], 1, 1, padding, padding, padding, padding, 1, 1));
        return new OpCase(
            $"Conv2dReluMaxPool {what}", new Conv2dReluMaxPool(padding), [x, weight, new(weight[0])],
            v => oracle.Forward(v[0], v[1], v[2]), (v, dy) => oracle.Backward(v[0], v[1], v[2], dy), Tolerance.Sum);
    }
}

/// <summary>The corners of max pooling that random values do not reach, and the errors.</summary>
public sealed class Conv2dReluMaxPoolEdgeTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Ties_TheFirstMaximumGetsTheGradient()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new(1, 1, 2, 2), [5f, 5f, 5f, 5f]);
        x.RequiresGradient = true;
        Tensor y = x.Conv2dReluMaxPool(Device.Tensor(new(1, 1, 1, 1), [1f]), Device.Tensor(new(1), [0f]));
        step.Backward(y, Device.Tensor(y.Shape, [3f]));
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(new[] { 3f, 0, 0, 0 }));
    }

    [TestCase(-1f)]
    [TestCase(0f)]
    public void WindowsThatReluCuts_PassNoGradient(float value)
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new(1, 1, 2, 2), [value, value, value, value]);
        Tensor weight = Device.Tensor(new(1, 1, 1, 1), [1f]), bias = Device.Tensor(new(1), [0f]);
        x.RequiresGradient = weight.RequiresGradient = bias.RequiresGradient = true;
        Tensor y = x.Conv2dReluMaxPool(weight, bias);
        Assert.That(y.ToScalar(), Is.Zero);
        step.Backward(y, Device.Tensor(y.Shape, [3f]));
        Assert.Multiple(() =>
        {
            Assert.That(step.Gradients[x].ToArray(), Is.All.Zero);
            Assert.That(step.Gradients[weight].ToScalar(), Is.Zero);
            Assert.That(step.Gradients[bias].ToScalar(), Is.Zero);
        });
    }

    [Test]
    public void NaN_InAnyPixelMakesTheMaximumNaN([Range(0, 3)] int at)
    {
        using Step step = Device.BeginStep(record: false);
        float[] pixels = [1, 2, 3, 4];
        pixels[at] = float.NaN;
        Tensor y = Device.Tensor(new(1, 1, 2, 2), pixels)
            .Conv2dReluMaxPool(Device.Tensor(new(1, 1, 1, 1), [1f]), Device.Tensor(new(1), [0f]));
        Assert.That(y.ToScalar(), Is.NaN);
    }

    [Test]
    public void Backward_IsBitEqualEveryTime()
    {
        Random random = new(7);
        float[] x = Values.ToSingle(Values.Normal(9 * 8 * 9 * 9, random)),
            w = Values.ToSingle(Values.Normal(5 * 8 * 9, random));
        Assert.That(Gradient(), Is.EqualTo(Gradient()));

        float[] Gradient()
        {
            using Step step = Device.BeginStep();
            Tensor weight = Device.Tensor(new(5, 8, 3, 3), w);
            weight.RequiresGradient = true;
            Tensor y = Device.Tensor(new(9, 8, 9, 9), x).Conv2dReluMaxPool(weight, Device.Tensor(new(5), new float[5]));
            step.Backward(y, y);
            return step.Gradients[weight].ToArray();
        }
    }

    [Test]
    public void Errors_NameTheOperands()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Empty(new(2, 3, 5, 5));
        Assert.Multiple(() =>
        {
            Assert.That(() => x.Conv2dReluMaxPool(Device.Empty(new(4, 2, 3, 3)), Device.Empty(new(4))),
                Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                    "[Conv2dReluMaxPool] input has 3 channels but the weight expects 2: input (2, 3, 5, 5), weight"
                    + " (4, 2, 3, 3)"));
            Assert.That(() => x.Conv2dReluMaxPool(Device.Empty(new(4, 3, 3, 3)), Device.Empty(new(5))),
                Throws.TypeOf<ShapeException>().With.Message.Contains("bias (5), weight (4, 3, 3, 3)"));
            Assert.That(() => x.Conv2dReluMaxPool(Device.Empty(new(4, 3, 5, 4)), Device.Empty(new(4))),
                Throws.TypeOf<ShapeException>().With.Message.Contains("gives 1 x 2 pixels"));
        });
    }
}

/// <summary>
/// Where a device computes in blocks of channels, training hands the pooled maps from one such convolution to the next
/// in blocks: with the same bits as in planes, both ways.
/// </summary>
public sealed class Conv2dReluMaxPoolBlockTests(string device) : DeviceFixture(device)
{
    [TestCase(1, 32, 32, 3, 0, TestName = "as small-cnn")]
    [TestCase(3, 64, 32, 3, 1, TestName = "padding, more than two blocks")]
    [TestCase(1, 32, 40, 5, 0, TestName = "5x5, rest of a block")]
    [TestCase(32, 32, 32, 2, 0, TestName = "2x2")]
    public void Chain_GivesTheBitsOfPlanes(int channels, int between, int last, int kernel, int padding)
    {
        Random random = new(5);
        Shape[] shapes =
        [
            new(3, channels, 21, 23), new(between, channels, kernel, kernel), new(between),
            new(last, between, kernel, kernel), new(last),
        ];
        float[][] values = [.. shapes.Select(shape => Values.ToSingle(Values.Normal((int)shape.Count, random)))];
        float[][] gradients = new float[5][];
        float[] middleValues, result, seed, handed;
        using (Step step = Device.BeginStep())
        {
            Tensor[] t = Given(0, 1, 2, 3, 4);
            Tensor middle = t[0].Conv2dReluMaxPool(t[1], t[2], padding);
            Tensor y = middle.Conv2dReluMaxPool(t[3], t[4], padding);
            shapes = [.. shapes, middle.Shape, y.Shape];
            seed = Values.ToSingle(Values.Normal((int)y.Count, random));
            (middleValues, result) = (middle.ToArray(), y.ToArray());
            step.Backward(y, Device.Tensor(y.Shape, seed));
            for (int i = 0; i < 5; i++) gradients[i] = step.Gradients[t[i]].ToArray();
        }
        using (Step step = Device.BeginStep())
        {
            Tensor[] t = [Upload(shapes[5], middleValues), .. Given(3, 4)];
            Tensor y = t[0].Conv2dReluMaxPool(t[1], t[2], padding);
            Assert.That(y.ToArray(), Is.EqualTo(result));
            step.Backward(y, Device.Tensor(y.Shape, seed));
            handed = step.Gradients[t[0]].ToArray();
            for (int i = 1; i < 3; i++) Assert.That(step.Gradients[t[i]].ToArray(), Is.EqualTo(gradients[i + 2]));
        }
        using (Step step = Device.BeginStep())
        {
            Tensor[] t = Given(0, 1, 2);
            Tensor y = t[0].Conv2dReluMaxPool(t[1], t[2], padding);
            Assert.That(y.ToArray(), Is.EqualTo(middleValues));
            step.Backward(y, Device.Tensor(y.Shape, handed));
            for (int i = 0; i < 3; i++) Assert.That(step.Gradients[t[i]].ToArray(), Is.EqualTo(gradients[i]));
        }

        Tensor[] Given(params int[] which) => [.. which.Select(i => Upload(shapes[i], values[i]))];
    }

    /// <summary>What a linear layer reads next would be turned.</summary>
    [Test]
    public void SmallMaps_LieInPlanes()
    {
        using Step step = Device.BeginStep();
        Tensor weight = Upload(new(32, 1, 3, 3), new float[288]), bias = Upload(new(32), new float[32]);
        int block = Device.Backend.Convolution.ChannelBlock;
        Assert.Multiple(() =>
        {
            Assert.That(Of(12).ChannelBlock, Is.Zero);
            Assert.That(Of(28).ChannelBlock, Is.EqualTo(block));
        });

        Tensor Of(int side) =>
            Upload(new(2, 1, side, side), new float[2 * side * side]).Conv2dReluMaxPool(weight, bias);
    }

    Tensor Upload(Shape shape, float[] values)
    {
        Tensor tensor = Device.Tensor(shape, values);
        tensor.RequiresGradient = true;
        return tensor;
    }
}
