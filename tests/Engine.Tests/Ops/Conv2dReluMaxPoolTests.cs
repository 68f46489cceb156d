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

    public static IEnumerable<OpCase> Cases => Shapes.Select(s =>
    {
        Oracle.ConvolutionReluMaxPool oracle = new(new(
            s.N, s.C, s.H, s.W, s.K, s.R, s.S, 1, 1, s.Padding, s.Padding, s.Padding, s.Padding, 1, 1));
        return new OpCase(
            $"Conv2dReluMaxPool {s.What}", new Conv2dReluMaxPool(s.Padding),
            [new(s.N, s.C, s.H, s.W), new(s.K, s.C, s.R, s.S), new(s.K)],
            x => oracle.Forward(x[0], x[1], x[2]), (x, dy) => oracle.Backward(x[0], x[1], x[2], dy), Tolerance.Sum);
    });
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
