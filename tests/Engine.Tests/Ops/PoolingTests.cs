using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>What random values do not show: zeros, NaN, infinities and wrong shapes.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class PoolingTests(string device) : DeviceFixture(device)
{
    [Test]
    public void L2Pool2d_AllZero_HasOutputAndGradientZero()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(2, 3, 7, 7), new float[294]);
        x.RequiresGradient = true;
        Tensor y = x.L2Pool2d(3, 1, 1);
        step.Backward(y, Device.Tensor(y.Shape, Enumerable.Repeat(1f, 294).ToArray()));
        Assert.That(y.ToArray(), Is.All.Zero);
        Assert.That(step.Gradients[x].ToArray(), Is.All.Zero);
    }

    [Test]
    public void MaxPool2d_MinusInfinityThroughout_GivesTheGradientToAPixelOfTheImage()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(1, 1, 4, 4), Enumerable.Repeat(float.NegativeInfinity, 16).ToArray());
        x.RequiresGradient = true;
        Tensor y = x.MaxPool2d(3, 2, 1);
        step.Backward(y, Device.Tensor(y.Shape, new float[] { 1, 2, 3, 4 }));
        Assert.That(y.ToArray(), Is.All.EqualTo(float.NegativeInfinity));
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(
            new float[] { 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 }));
    }

    [Test]
    public void MaxPool2d_OfStride1_GivesTheGradientOfMinusInfinityToAPixelOfTheImage()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(1, 2, 2, 2), Enumerable.Repeat(float.NegativeInfinity, 8).ToArray());
        x.RequiresGradient = true;
        Tensor y = x.MaxPool2d(3, 1, 1);
        step.Backward(y, Device.Tensor(y.Shape, new float[] { 1, 2, 3, 4, 5, 6, 7, 8 }));
        Assert.That(y.ToArray(), Is.All.EqualTo(float.NegativeInfinity));
        Assert.That(step.Gradients[x].ToArray(), Is.EqualTo(new float[] { 10, 0, 0, 0, 26, 0, 0, 0 }));
    }

    [Test]
    public void Pooling_OfStride1_KeepsNanToItsOwnWindows()
    {
        using Step step = Device.BeginStep(record: false);
        float[] values = Enumerable.Range(0, 27).Select(i => (float)i).ToArray();
        values[13] = float.NaN; // all windows of the second plane see its middle, and no other plane does
        Tensor x = Device.Tensor(new Shape(1, 3, 3, 3), values);
        foreach (Tensor y in (Tensor[])[x.MaxPool2d(3, 1, 1), x.L2Pool2d(3, 1, 1)])
            Assert.That(
                y.ToArray().Select(float.IsNaN), Is.EqualTo(Enumerable.Range(0, 27).Select(i => i is >= 9 and < 18)));
    }

    [Test]
    public void MaxPool2d_Nan_WinsItsWindows()
    {
        using Step step = Device.BeginStep(record: false);
        float[] values = Enumerable.Range(0, 36).Select(i => (float)i).ToArray();
        values[0] = float.NaN;
        float[] y = Device.Tensor(new Shape(1, 1, 6, 6), values).MaxPool2d(2).ToArray();
        Assert.That(y, Is.EqualTo(new[] { float.NaN, 9, 11, 19, 21, 23, 31, 33, 35 }));
    }

    [Test]
    public void Window_ThatCannotFit_IsNamedWithItsNumbers()
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(1, 2, 4, 4), new float[32]);
        Assert.That(() => x.MaxPool2d(5), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "[MaxPool2d] the window is larger than the padded image: input (1, 2, 4, 4), window 5 x 5, stride 5 x 5,"
            + " padding (0, 0, 0, 0)"));
        Assert.That(() => x.L2Pool2d(2, 1, 2),
            Throws.TypeOf<ShapeException>().With.Message.Contains("smaller than the window"));
        Assert.That(() => x.Reshape(2, 16).AveragePool2d(2), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
            "[AveragePool2d] input must have 4 dimensions, not 2: (2, 16)"));
    }
}
