using TripletGpu.Autograd;
using TripletGpu.Kernels.Functions;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>What drawn values do not reach: kinks, infinities, refusals.</summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class ElementwiseTests(string device) : DeviceFixture(device)
{
    [Test]
    public void Sqrt_AtZero_HasGradientZero() => Assert.That(GradientAt(0, x => x.Sqrt()), Is.Zero);

    [Test]
    public void Abs_AtZero_HasGradientZero() => Assert.That(GradientAt(0, x => x.Abs()), Is.Zero);

    [Test]
    public void Relu_AtZero_HasGradientZero() => Assert.That(GradientAt(0, x => x.Relu()), Is.Zero);

    [TestCase(-1, 1)]
    [TestCase(2, 1)]
    [TestCase(2.5f, 0)]
    [TestCase(-1.5f, 0)]
    public void Clip_PassesTheGradientInsideAndAtTheBounds(float x, float expected) =>
        Assert.That(GradientAt(x, t => t.Clip(-1, 2)), Is.EqualTo(expected));

    [Test]
    public void Functions_AtTheirLimits()
    {
        using Step step = Device.BeginStep(record: false);
        float inf = float.PositiveInfinity, nan = float.NaN;
        Tensor x = Device.Tensor(new Shape(6), [-inf, -200, 0, 200, inf, nan]);
        Assert.Multiple(() =>
        {
            Assert.That(x.Exp().ToArray(), Is.EqualTo(new[] { 0, 0, 1, inf, inf, nan }));
            Assert.That(x.Sigmoid().ToArray(), Is.EqualTo(new[] { 0, 0, 0.5f, 1, 1, nan }));
            Assert.That(x.Tanh().ToArray(), Is.EqualTo(new[] { -1, -1, 0, 1, 1, nan }));
            Assert.That(x.Relu().ToArray(), Is.EqualTo(new[] { 0, 0, 0, 200, inf, nan }));
            Assert.That(x.Abs().Log().ToArray()[2], Is.EqualTo(-inf));
        });
    }

    [Test]
    public void Vectors_AgreeWithScalars()
    {
        // The scalar forms are what GPU kernels are made of; the vector forms must be the same functions.
        AssertAgrees<Relu>();
        AssertAgrees<Exp>();
        AssertAgrees<Sigmoid>();
        AssertAgrees<Tanh>();
        AssertAgrees<Square>();
        AssertAgrees<Abs>();
        AssertAgrees<Negate>();
        AssertAgrees<Reciprocal>();
    }

    [Test]
    public void Binary_OfShapesThatDoNotBroadcast_NamesTheAxis()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor a = Device.Empty(new Shape(4, 3)), b = Device.Empty(new Shape(4));
        ShapeException error = Assert.Throws<ShapeException>(() => a.Add(b))!;
        Assert.That(error.Message,
            Is.EqualTo("[Add] (4, 3) and (4) do not broadcast: at axis -1 they have 3 and 4, neither equal nor 1"));
    }

    [Test]
    public void Unary_OfIntegers_IsRefused()
    {
        using Step step = Device.BeginStep(record: false);
        Tensor labels = Device.Tensor(new Shape(2), [1, 2]);
        Assert.That(() => labels.Relu(), Throws.TypeOf<ShapeException>().With.Message.StartsWith("[Relu] input 0"));
    }

    [Test]
    public void Multiply_OfATensorByItself_AddsBothGradients() =>
        Assert.That(GradientAt(3, x => x.Multiply(x)), Is.EqualTo(6));

    [Test]
    public void Binary_WithNoElements_IsEmpty()
    {
        using Step step = Device.BeginStep(record: false);
        Assert.That(Device.Empty(new Shape(0, 3)).Add(Device.Empty(new Shape(3))).ToArray(), Is.Empty);
    }

    float GradientAt(float value, Func<Tensor, Tensor> f)
    {
        using Step step = Device.BeginStep();
        Tensor x = Device.Tensor(new Shape(1), [value]);
        x.RequiresGradient = true;
        step.Backward(f(x));
        return step.Gradients[x].ToScalar();
    }

    void AssertAgrees<TMath>() where TMath : struct, IUnaryMath
    {
        double[] x = Values.Uniform(1000, new Random(5), -5, 5);
        using Step step = Device.BeginStep();
        Tensor input = Device.Tensor(new Shape(x.Length), Values.ToSingle(x));
        input.RequiresGradient = true;
        Tensor output = new Unary<TMath>().Apply(input);
        Close.AreClose(Array.ConvertAll(x, v => (double)TMath.Forward((float)v)), output.ToArray(),
            Tolerance.Transcendental, typeof(TMath).Name);
        step.Backward(output, input);
        Close.AreClose(Array.ConvertAll(x, v => (double)TMath.Backward((float)v, TMath.Forward((float)v), (float)v)),
            step.Gradients[input].ToArray(), Tolerance.Transcendental, $"gradient of {typeof(TMath).Name}");
    }
}
