using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>
/// Convolutions and linear layers whose weights are packed once, as a plan's are: the same results, in other forms.
/// </summary>
[TestFixture("cpu-avx512", 1)]
[TestFixture("cpu-avx512", 2)]
[TestFixture("cpu-avx512", 3)]
[TestFixture("cpu-avx2", 2)]
[TestFixture("cpu-portable", 2)]
public sealed class ConstantFilterTests(string name, int threads)
{
    static readonly ConvolutionGeometry Same = new(1, padding: 1), Valid = new(stride: 1);

    static readonly (string What, Conv2dTests.Layer Layer, bool Residual)[] Small =
    [
        ("one pixel of nine taps", new(2, 40, 1, 1, 64, 3, 3, Same), true),
        ("most taps on the padding", new(3, 33, 2, 2, 61, 5, 5, new(1, padding: 2)), false),
        ("padding alone", new(1, 8, 2, 2, 64, 1, 1, new(stride: 5, padding: 3)), true),
        ("7px, stride 2", new(1, 48, 14, 14, 96, 3, 3, new(stride: 2, padding: 1)), true),
        ("a panel for each thread and one more", new(1, 70, 14, 14, 96, 1, 1, Valid), true),
        ("panels across images", new(7, 32, 5, 5, 64, 1, 1, Valid), true),
        ("1x1, stride 2", new(1, 64, 14, 13, 64, 1, 1, new(stride: 2)), false),
        ("dilation 2", new(1, 33, 9, 9, 64, 3, 3, new(1, padding: 2, dilation: 2)), false),
        ("some lines of taps", new(1, 20, 2, 9, 64, 5, 3, new(1, 1, 2, 1, 2, 1, 1, 1)), false),
        ("some columns of taps", new(1, 20, 9, 2, 64, 3, 5, new(1, 1, 1, 2, 1, 2, 1, 1)), false),
        ("several blocks of the depth", new(2, 450, 3, 3, 96, 3, 3, Same), true),
        ("filters that fill no panel", new(1, 16, 3, 3, 20, 3, 3, Same), false),
    ];

    static IEnumerable<OpCase> Cases =>
    [
        .. Conv2dTests.Cases,
        .. from s in Small select Conv2dTests.Case(s.What, s.Layer, Tolerance.Sum, bias: true, s.Residual, relu: true),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Forward_MatchesOracle(OpCase c)
    {
        double[][] x = OpTests.Draw(c);
        using Device device = Open();
        using Step step = device.BeginStep(record: false);
        Tensor[] inputs = [.. x.Select((values, i) => device.Tensor(c.Inputs[i], Values.ToSingle(values)))];
        using IPackedWeight? form = ((Conv2d)c.Op).Prepare(device.Backend, c.Inputs[0], inputs[1], inBlocks: false);
        inputs[1].Prepared = form;
        Assert.That(form, Is.Not.Null);
        float[] y = c.Op.Apply(inputs).ToArray();
        Close.AreClose(c.Forward(x), y, c.Tolerance, "output");
        Assert.That(c.Op.Apply(inputs).ToArray(), Is.EqualTo(y), "the same bits every time");
        inputs[1].Prepared = null;
    }

    /// <summary>
    /// Filters that gave up their plain form: the same results, and the same values for whoever asks for them.
    /// </summary>
    [TestCaseSource(nameof(Cases))]
    public void PackedAlone_MultiplyTheSameAndComeBack(OpCase c)
    {
        double[][] x = OpTests.Draw(c);
        using Device device = Open();
        using Step step = device.BeginStep(record: false);
        Tensor[] inputs = [.. x.Select((values, i) => device.Tensor(c.Inputs[i], Values.ToSingle(values)))];
        Tensor weight = inputs[1];
        float[] values = weight.ToArray();
        weight.Prepared = ((Conv2d)c.Op).Prepare(device.Backend, c.Inputs[0], weight, inBlocks: false);
        float[] y = c.Op.Apply(inputs).ToArray();
        weight.KeepPreparedAlone();
        Assert.That(c.Op.Apply(inputs).ToArray(), Is.EqualTo(y));
        Assert.That(weight.Prepared, Is.Not.Null);
        Assert.That(weight.ToArray(), Is.EqualTo(values));
        Assert.That(weight.Prepared, Is.Null, "values lie in one place at a time");
        Close.AreClose(c.Forward(x), c.Op.Apply(inputs).ToArray(), c.Tolerance, "output");
    }

    /// <summary>
    /// A batch of another size may want the filters in another form: it gets that, or packs them itself.
    /// </summary>
    [Test]
    public void FormOfAnotherBatch_IsTakenOrReplaced()
    {
        using Device device = Open();
        using Step step = device.BeginStep(record: false);
        Random random = new(1);
        Shape filters = new(64, 40, 1, 1);
        Tensor weight = device.Tensor(filters, Values.ToSingle(Values.Normal((int)filters.Count, random)));
        Conv2d op = new(Valid, HasBias: false, HasResidual: false, ClipRange.None);
        foreach (int prepared in (int[])[1, 40])
            foreach (int batch in (int[])[1, 40])
            {
                Shape shape = new(batch, 40, 7, 7);
                Tensor x = device.Tensor(shape, Values.ToSingle(Values.Normal((int)shape.Count, random)));
                float[] expected = op.Apply(x, weight).ToArray();
                Shape of = shape.With(0, prepared);
                using IPackedWeight? form = op.Prepare(device.Backend, of, weight, inBlocks: false);
                weight.Prepared = form;
                double[] same = Array.ConvertAll(expected, v => (double)v);
                Close.AreClose(same, op.Apply(x, weight).ToArray(), Tolerance.Sum, "output");
                Assert.That(op.Prepare(device.Backend, of, weight, inBlocks: false), Is.SameAs(form));
                weight.Prepared = null;
            }
    }

    /// <summary>
    /// A linear layer's weight: the bits of the plain one, alone as well, and back. One row, rests of tiles and panels,
    /// several blocks of the depth, no bias.
    /// </summary>
    [TestCase(1, 2048, 128, true)]
    [TestCase(3, 1, 5, true)]
    [TestCase(33, 70, 61, false)]
    [TestCase(64, 800, 128, true)]
    [TestCase(130, 450, 1000, true)]
    public void Linear_GivesTheSameBitsAndComesBack(int rows, int depth, int outputs, bool hasBias)
    {
        using Device device = Open();
        using Step step = device.BeginStep(record: false);
        Random random = new(3);
        Tensor x = Normal(rows, depth), weight = Normal(outputs, depth);
        Tensor? bias = hasBias ? device.Tensor(new(outputs), Values.ToSingle(Values.Normal(outputs, random))) : null;
        float[] values = weight.ToArray(), expected = x.Linear(weight, bias).ToArray();
        weight.Prepared = Linear.Prepare(device.Backend, weight);
        Assert.That(weight.Prepared, Is.Not.Null);
        Assert.That(x.Linear(weight, bias).ToArray(), Is.EqualTo(expected));
        Assert.That(Linear.Prepare(device.Backend, weight), Is.SameAs(weight.Prepared));
        weight.KeepPreparedAlone();
        Assert.That(x.Linear(weight, bias).ToArray(), Is.EqualTo(expected));
        Assert.That(weight.ToArray(), Is.EqualTo(values));
        Assert.That(x.Linear(weight, bias).ToArray(), Is.EqualTo(expected));

        Tensor Normal(int lines, int columns) =>
            device.Tensor(new(lines, columns), Values.ToSingle(Values.Normal(lines * columns, random)));
    }

    Device Open() => TestDevices.Open(name, threads);
}
