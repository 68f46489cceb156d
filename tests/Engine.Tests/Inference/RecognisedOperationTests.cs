using TripletGpu.Autograd;
using TripletGpu.Inference;
using TripletGpu.Modules;
using TripletGpu.Ops;
using TripletGpu.Support;
using L2Normalize = TripletGpu.Ops.L2Normalize;
using L2Pool2d = TripletGpu.Ops.L2Pool2d;
using LocalResponseNorm = TripletGpu.Ops.LocalResponseNorm;

namespace TripletGpu.Engine.Tests.Inference;

/// <summary>
/// Operations that exporters write out are one operation in a plan, and others that look like them are not.
/// </summary>
[TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
public sealed class RecognisedOperationTests(string device) : DeviceFixture(device)
{
    static readonly Shape Batch = new(3, 6, 9, 8);

    [TestCase(1)]
    [TestCase(2)]
    public void RootOfMeanOfSquares_IsL2Pooling(int stride)
    {
        // As torch.nn.LPPool2d(2, 3) behind a padding by 1 exports.
        PlanGraph graph = Planned(x =>
        {
            Tensor padded = x.Pad(new Shape(0, 0, 1, 1), new Shape(0, 0, 1, 1)).Power(2);
            Tensor mean = padded.Pad(new Shape(0, 0, 0, 0), new Shape(0, 0, 0, 0)).AveragePool2d(3, stride);
            return mean.Sign().Multiply(mean.Abs().Relu()).Scale(9).Power(0.5f);
        });
        Assert.That(
            graph.Nodes.Select(node => node.Op),
            Is.EqualTo(new[] { new L2Pool2d(PoolingWindow.Square(3, stride, padding: 1)) }));
    }

    [Test]
    public void OtherFactor_StaysAsItIs() => Assert.That(
        PlanAssert.Names(Planned(x => x.Square().AveragePool2d(3).Scale(8).Sqrt())),
        Is.EqualTo(new[] { "Square", "AveragePool2d", "Affine", "Sqrt" }));

    [Test]
    public void MeanWithoutItsPadding_StaysAsItIs() => Assert.That(
        PlanAssert.Names(
            Planned(x => x.Square().AveragePool2d(3, padding: 1, countPadding: false).Scale(9).Sqrt())),
        Is.EqualTo(new[] { "Square", "AveragePool2d", "Affine", "Sqrt" }));

    [Test]
    public void PadBeforeMean_IsItsPadding() => Assert.That(
        Planned(x => x.Pad(new Shape(0, 0, 1, 0), new Shape(0, 0, 2, 1)).AveragePool2d(3, countPadding: false))
            .Nodes.Select(node => node.Op),
        Is.EqualTo(new[] { new AveragePool2d(new PoolingWindow(3, 3, 3, 3, 1, 0, 2, 1), CountPadding: true) }));

    [Test]
    public void PadAsWideAsTheWindow_StaysAsItIs() => Assert.That(
        PlanAssert.Names(Planned(x => x.Pad(new Shape(0, 0, 2, 0), new Shape(0, 0, 0, 0)).L2Pool2d(2))),
        Is.EqualTo(new[] { "Pad", "L2Pool2d" }));

    [Test]
    public void QuotientByNeighbouringSquares_IsLocalResponseNorm() => Assert.That(
        Planned(x => ResponseNorm(x, before: 2)).Nodes.Select(node => node.Op),
        Is.EqualTo(new[] { new LocalResponseNorm(5, 1e-2f, 0.75f, 2) }));

    [Test]
    public void WindowBesideItsMiddle_StaysAsItIs() => Assert.That(
        PlanAssert.Names(Planned(x => ResponseNorm(x, before: 1))), Does.Contain("Power").And.Contain("Divide"));

    [TestCase(2, 2, 0, false)]
    [TestCase(3, 1, 1, false)]
    [TestCase(3, 2, 1, true)]
    [TestCase(5, 3, 2, false)]
    [TestCase(1, 2, 0, false)]
    public void MaxPooling_WithoutTaps_GivesTheSameBits(int kernel, int stride, int padding, bool ceilMode)
    {
        foreach (Shape shape in (Shape[])[new(3, 5, 9, 8), new(2, 70, 7, 7), new(1, 3, 33, 41), new(1, 2, 6, 200)])
        {
            Of network = new(Device, x => x.MaxPool2d(kernel, stride, padding, ceilMode));
            float[] x = Values.ToSingle(Values.Normal((int)shape.Count, new Random(4)));
            x[5] = float.NaN;
            x[11] = float.NegativeInfinity;
            using Step step = Device.BeginStep(record: false);
            float[] expected = network.Forward(Device.Tensor(shape, x)).ToArray(), actual = new float[expected.Length];
            using PlannedNetwork planned = new(network);
            planned.Run(shape, x, actual);
            Assert.That(
                Array.ConvertAll(actual, BitConverter.SingleToInt32Bits),
                Is.EqualTo(Array.ConvertAll(expected, BitConverter.SingleToInt32Bits)));
        }
    }

    /// <summary>As torch.nn.functional.local_response_norm exports.</summary>
    static IEnumerable<TestCaseData> Activations =>
    [
        Written("Silu", x => x.Multiply(x.Sigmoid())),
        Written("Silu", x => x.Sigmoid().Multiply(x)),
        Written("HardSwish", x => x.Multiply(x.Affine(1f / 6, 0.5f).Clip(0, 1))),
        Written("HardSwish", x => x.Multiply(x.Affine(1, 3).Clip(0, 6)).Scale(1f / 6)),
        Written("Gelu", x => x.Multiply(x.Scale(MathF.Sqrt(0.5f)).Erf().Affine(0.5f, 0.5f))),
        Written("Gelu", x => x.Divide(Number(x, 1.41421354f)).Erf().Affine(1, 1).Multiply(x).Scale(0.5f)),
        Written("Sigmoid Multiply Affine", x => x.Multiply(x.Sigmoid()).Scale(0.5f).Affine(3, 1), "Silu Affine Affine"),
        Written("another argument", x => x.Multiply(x.Square().Sigmoid()), "Square Sigmoid Multiply"),
        Written("another bound", x => x.Multiply(x.Affine(1f / 6, 0.5f).Clip(0, 0.9f)),
            "Affine Maximum Minimum Multiply"),
        Written("another factor", x => x.Multiply(x.Affine(1, 3).Clip(0, 6)).Scale(0.2f),
            "Affine Maximum Minimum Multiply Affine"),
        Written("another width", x => x.Multiply(x.Scale(0.7f).Erf().Affine(0.5f, 0.5f)), "Affine Erf Affine Multiply"),
    ];

    [TestCaseSource(nameof(Activations))]
    public void ValueTimesAShareOfIt_IsItsActivation(Func<Tensor, Tensor> written, string expected) =>
        Assert.That(string.Join(" ", PlanAssert.Names(Planned(written))), Is.EqualTo(expected));

    static TestCaseData Written(string name, Func<Tensor, Tensor> written, string? expected = null) =>
        new TestCaseData(written, expected ?? name).SetArgDisplayNames(name);

    static Tensor Number(Tensor x, float value) => x.Device.Tensor(Shape.Scalar, [value]);

    static Tensor ResponseNorm(Tensor x, int before)
    {
        (int n, int c, int h, int w) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        Tensor squares = x.Multiply(x).Reshape(n, 1, c, h, w)
            .Pad(new Shape(0, 0, before, 0, 0), new Shape(0, 0, 4 - before, 0, 0));
        Tensor mean = squares.Reshape(n, 1, c + 4, h * w).AveragePool2d(new PoolingWindow(5, 1, 1, 1))
            .Reshape(n, 1, c, h, w).Reshape(n, c, h, w);
        return x.Divide(mean.Scale(1e-2f).Affine(1, 2).Power(0.75f));
    }

    /// <summary>As torch.nn.functional.normalize exports: ReduceL2, Clip, Expand and Div.</summary>
    [TestCase(true)]
    [TestCase(false)]
    public void QuotientByLength_IsL2Normalize(bool isRepeated)
    {
        PlanGraph graph = Planned(x => Unit(x.Reshape(3, 432), isRepeated, axis: 1));
        Assert.That(
            graph.Nodes.Where(node => !node.Op.IsView).Select(node => node.Op),
            Is.EqualTo(new[] { new L2Normalize(1e-12f) }));
    }

    [Test]
    public void QuotientByLengthsOfColumns_StaysAsItIs() => Assert.That(
        PlanAssert.Names(PlanAssert.Planned(
            new Of(Device, x => Unit(x.Reshape(6, 6), isRepeated: false, axis: 0)), new Shape(6, 6))),
        Does.Contain("Sum").And.Contain("Divide"));

    [Test]
    public void QuotientByRootOfMeanOfSquares_StaysAsItIs() => Assert.That(
        PlanAssert.Names(Planned(x =>
        {
            Tensor rows = x.Reshape(3, 432);
            return rows.Divide(rows.Square().Mean(1).Reshape(3, 1).Sqrt().Maximum(1e-12f));
        })),
        Does.Contain("Sum").And.Contain("Divide"));

    [Test]
    public void QuotientByLengthOfOther_StaysAsItIs() => Assert.That(
        PlanAssert.Names(Planned(x =>
        {
            Tensor rows = x.Reshape(3, 432);
            return rows.Divide(rows.Relu().Square().Sum(1).Reshape(3, 1).Sqrt().Maximum(1e-12f));
        })),
        Does.Contain("Sum").And.Contain("Divide"));

    static Tensor Unit(Tensor rows, bool isRepeated, int axis)
    {
        Shape lengths = rows.Shape.With(axis, 1);
        Tensor length = rows.Square().Sum(axis).Sqrt().Reshape(lengths[0], lengths[1])
            .Maximum(1e-12f).Minimum(float.MaxValue);
        if (isRepeated) length = length.Add(rows.Device.Tensor(rows.Shape, new float[rows.Count]));
        return rows.Divide(length);
    }

    PlanGraph Planned(Func<Tensor, Tensor> forward) => PlanAssert.Planned(new Of(Device, forward), Batch);

    sealed class Of(Device device, Func<Tensor, Tensor> forward) : Module(device)
    {
        public override Tensor Forward(Tensor x) => forward(x);
    }
}
