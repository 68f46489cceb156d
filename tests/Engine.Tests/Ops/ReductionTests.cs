using TripletGpu.Autograd;
using TripletGpu.MetricLearning;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class ReductionTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Sum_AndMean_DropTheirAxes()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(2, 3), [1f, 2, 3, 4, 5, 6]);
        Assert.Multiple(() =>
        {
            Assert.That(x.Sum(1).ToArray(), Is.EqualTo(new[] { 6f, 15 }));
            Assert.That(x.Mean(-2).ToArray(), Is.EqualTo(new[] { 2.5f, 3.5f, 4.5f }));
            Assert.That(x.Sum().Shape, Is.EqualTo(Shape.Scalar));
            Assert.That(x.Mean().ToScalar(), Is.EqualTo(3.5f));
            Assert.That(() =>
                x.Sum(2), Throws.TypeOf<ShapeException>().With.Message.EqualTo("[Sum] axis 2 is not one of (2, 3)"));
        });
    }

    [Test]
    public void Sum_OfManyEqualTerms_DoesNotDrift()
    {
        int count = DeviceName == TestDrivers.Reference ? 30_000 : 3_000_000;
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Empty(new Shape(count, 1));
        Device.Backend.Memory.Fill(x, 0.1f);
        Assert.That(x.Sum().ToScalar(), Is.EqualTo(count * (double)0.1f).Within(1e-3).Percent);
    }

    [Test]
    public void LogSoftmax_OfLargeLogits_IsFinite()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Tensor(new Shape(1, 3), [1000f, 1000, -1000]);
        Assert.That(
            x.LogSoftmax().ToArray(),
            Is.EqualTo(new[] { -MathF.Log(2), -MathF.Log(2), -2000 - MathF.Log(2) }).Within(1e-6));
        Assert.That(x.Softmax().ToArray(), Is.EqualTo(new[] { 0.5f, 0.5f, 0 }).Within(1e-6));
    }

    [TestCase(-1)]
    [TestCase(3)]
    public void SoftmaxCrossEntropy_OfALabelOutOfRange_IsNaN(int label)
    {
        using Step step = Device.BeginStep();
        Tensor logits = Device.Tensor(new Shape(2, 3), [1f, 2, 3, 4, 5, 6]);
        logits.RequiresGradient = true;
        Tensor loss = logits.SoftmaxCrossEntropy(Device.Tensor(new Shape(2), [0, label]));
        Assert.That(loss.ToScalar(), Is.NaN);
        step.Backward(loss);
    }

    [Test]
    public void Operations_RefuseShapesThatDoNotFit()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor x = Device.Empty(new Shape(2, 3)), y = Device.Empty(new Shape(3, 3));
        Assert.Multiple(() =>
        {
            Assert.That(() =>
                TensorOps.Concat(1, x, y), Throws.TypeOf<ShapeException>().With.Message.StartsWith("[Concat] input 1"));
            Assert.That(() =>
                x.Slice(1, 2, 2), Throws.TypeOf<ShapeException>().With.Message.StartsWith("[Slice] 2 .. 3"));
            Assert.That(() => x.Permute(0, 0), Throws.TypeOf<ShapeException>().With.Message.StartsWith("[Permute]"));
            Assert.That(() => x.SoftmaxCrossEntropy(y), Throws.TypeOf<ShapeException>().With.Message.Contains("Int32"));
        });
    }
}
