using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Backends;

/// <summary>Convolutions of maps in blocks of channels, directly and in Winograd's form, against the oracle.</summary>
[TestFixture("cpu-avx512", 1)]
[TestFixture("cpu-avx512", 3)]
[TestFixture("cpu-avx2", 2)]
[TestFixture("cpu-portable", 1)]
public sealed class BlockedConvolutionTests(string name, int threads)
{
    static readonly ConvolutionGeometry Same = new(1, padding: 1), Valid = new(stride: 1);

    static readonly (string What, Conv2dTests.Layer Layer, Tolerance Tolerance)[] Layers =
    [
        ("1x1", new(3, 32, 9, 7, 64, 1, 1, Valid), Tolerance.Sum),
        ("1x1, half a panel", new(2, 16, 5, 5, 48, 1, 1, Valid), Tolerance.Sum),
        ("1x1, blocks of lines", new(2, 64, 61, 47, 32, 1, 1, Valid), Tolerance.Sum),
        ("1x1, one pixel", new(1, 80, 1, 1, 96, 1, 1, Valid), Tolerance.Sum),
        ("1x1, many filters", new(2, 64, 14, 14, 640, 1, 1, Valid), Tolerance.Sum),
        ("1x1, many channels", new(2, 640, 14, 14, 64, 1, 1, Valid), Tolerance.Sum),
        ("1x1, one line of 7 pixels", new(1, 64, 7, 1, 48, 1, 1, Valid), Tolerance.Sum),
        ("1x1, stride 2", new(2, 48, 15, 14, 32, 1, 1, new(stride: 2)), Tolerance.Sum),
        ("1x1, padded", new(1, 16, 6, 6, 16, 1, 1, new(1, padding: 2)), Tolerance.Sum),
        ("3x3, stride 2", new(2, 32, 28, 27, 64, 3, 3, new(2, padding: 1)), Tolerance.Sum),
        ("3x3, stride 2, blocks of lines", new(1, 128, 57, 41, 32, 3, 3, new(2, padding: 1)), Tolerance.Sum),
        ("3x3, stride 2, lines of 7 pixels", new(2, 32, 14, 14, 64, 3, 3, new(2, padding: 1)), Tolerance.Sum),
        ("1x1, stride 2, lines of 7 pixels", new(1, 32, 13, 14, 48, 1, 1, new(stride: 2)), Tolerance.Sum),
        ("1x1, stride 2, many filters", new(5, 96, 13, 14, 352, 1, 1, new(stride: 2)), Tolerance.Sum),
        ("3x3, sums in parts", new(1, 160, 7, 7, 64, 3, 3, Same), Tolerance.Sum),
        ("1x1, sums in parts", new(2, 2064, 5, 3, 32, 1, 1, Valid), Tolerance.Sum),
        ("3x3, few channels", new(2, 16, 9, 9, 32, 3, 3, Same), Tolerance.Winograd),
        ("3x3 of one pixel", new(2, 32, 1, 1, 32, 3, 3, Same), Tolerance.Sum),
        ("3x3, dilation 2", new(1, 16, 9, 11, 16, 3, 3, new(1, padding: 2, dilation: 2)), Tolerance.Sum),
        ("strides 3 and 2", new(1, 16, 20, 11, 16, 3, 5, new(3, 2, 1, 0, 2, 3, 1, 1)), Tolerance.Sum),
        ("2x2, stride 2, padded", new(2, 16, 9, 8, 32, 2, 2, new(2, padding: 1)), Tolerance.Sum),
        ("pixels between the filters", new(1, 16, 11, 8, 16, 2, 1, new(3, 2, 0, 0, 0, 0, 1, 1)), Tolerance.Sum),
        ("padding on the right", new(2, 16, 9, 9, 32, 3, 3, new(2, 2, 0, 0, 3, 4, 1, 1)), Tolerance.Sum),
        ("lines left over", new(1, 16, 10, 10, 16, 3, 3, new(2, padding: 0)), Tolerance.Sum),
        ("3x3, Winograd", new(3, 64, 14, 14, 96, 3, 3, Same), Tolerance.Winograd),
        ("3x3, Winograd, half a panel", new(2, 32, 13, 11, 48, 3, 3, Same), Tolerance.Winograd),
        ("3x3, Winograd, deep", new(1, 288, 14, 14, 64, 3, 3, Same), Tolerance.Winograd),
        ("3x3, Winograd, few tiles", new(1, 32, 14, 14, 128, 3, 3, Same), Tolerance.Winograd),
        ("5x5, Winograd", new(2, 32, 14, 9, 64, 5, 5, new(1, padding: 2)), Tolerance.Winograd),
    ];

    static IEnumerable<OpCase> Cases =>
    [
        .. from l in Layers
           select Conv2dTests.Case(l.What, l.Layer, l.Tolerance, bias: true, residual: true, relu: true),
        .. from l in Layers select Conv2dTests.Case($"{l.What}, alone", l.Layer, l.Tolerance),
    ];

    [TestCaseSource(nameof(Cases))]
    public void Forward_MatchesOracle(OpCase c)
    {
        double[][] x = OpTests.Draw(c);
        using Device device = TestDevices.Open(name, threads);
        using Step step = device.BeginStep(record: false);
        Conv2d op = (Conv2d)c.Op;
        Tensor[] inputs = Blocked(device, OpTests.Upload(device, c, x), op);
        Tensor y = op.Apply(inputs);
        Assert.That(y.ChannelBlock, Is.EqualTo(device.Backend.Convolution.ChannelBlock));
        float[] loose = y.ToArray();
        Close.AreClose(c.Forward(x), loose, Loose(c), "filters packed for the call");
        using IPackedWeight? kept = op.Prepare(device.Backend, c.Inputs[0], inputs[1], inBlocks: true);
        inputs[1].Prepared = kept;
        float[] first = op.Apply(inputs).ToArray();
        Close.AreClose(c.Forward(x), first, c.Tolerance, "filters packed before");
        Assert.That(op.Apply(inputs).ToArray(), Is.EqualTo(first), "the same bits every time");
        inputs[1].Prepared = null;
    }

    /// <summary>
    /// Filters that were packed for Winograd's form of a large map serve other sizes, strides and layouts too, also
    /// where that is all that is left of them.
    /// </summary>
    [Test]
    public void FormForWinograd_ServesWhatCannotTakeIt([Values] bool inBlocks, [Values] bool alone)
    {
        using Device device = TestDevices.Open(name, threads);
        using Step step = device.BeginStep(record: false);
        Random random = new(1);
        int block = inBlocks ? device.Backend.Convolution.ChannelBlock : 0;
        Tensor weight = Normal(new(64, 48, 3, 3));
        Conv2d large = new(Same, HasBias: false, HasResidual: false, ClipRange.None);
        foreach ((int batch, int size, ConvolutionGeometry geometry) in ((int, int, ConvolutionGeometry)[])
            [(8, 14, Same), (1, 7, Same), (1, 2, Same), (2, 9, new(2, padding: 1)), (2, 9, new(1, 2, dilation: 2))])
        {
            Conv2d op = new(geometry, HasBias: false, HasResidual: false, ClipRange.None);
            Tensor x = BlockedMaps.InBlocks(Normal(new(batch, 48, size, size)), block);
            float[] expected = BlockedMaps.InPlanes(op.Apply(x, weight)).ToArray();
            weight.Prepared = large.Prepare(device.Backend, new(8, 48, 14, 14), weight, inBlocks);
            if (alone) weight.KeepPreparedAlone();
            float[] y = BlockedMaps.InPlanes(op.Apply(x, weight)).ToArray();
            Close.AreClose(Array.ConvertAll(expected, v => (double)v), y, Tolerance.Winograd, $"{size} px");
            weight.DropPrepared();
        }

        Tensor Normal(Shape shape) =>
            device.Tensor(shape, Values.ToSingle(Values.Normal((int)shape.Count, random)));
    }

    /// <summary>Overwriting and then adding, through the turn of the maps and beside it.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Backward_MatchesOracle(OpCase c)
    {
        double[][] x = OpTests.Draw(c);
        double[] dy = OpTests.Cotangent(c, x);
        double[]?[] expected = c.Backward(x, dy);
        using Device device = TestDevices.Open(name, threads);
        using Step step = device.BeginStep();
        Tensor[] leaves = OpTests.Upload(device, c, x);
        foreach (Tensor leaf in leaves) leaf.RequiresGradient = true;
        Tensor[] inputs = Blocked(device, leaves, (Conv2d)c.Op);
        Tensor y = c.Op.Apply(inputs).Add(c.Op.Apply(inputs));
        Assert.That(y.ChannelBlock, Is.EqualTo(device.Backend.Convolution.ChannelBlock));
        step.Backward(y, device.Tensor(y.Shape, Values.ToSingle(dy)));
        for (int i = 0; i < leaves.Length; i++)
            Close.AreClose(
                Array.ConvertAll(expected[i]!, v => 2 * v), step.Gradients[leaves[i]].ToArray(), Loose(c),
                $"gradient of input {i}");
    }

    /// <summary>Filters that are not packed before are taken through Winograd's form in more layers.</summary>
    static Tolerance Loose(OpCase c) =>
        ((Conv2d)c.Op).Geometry.StrideH == 1 && c.Inputs[1][2] > 1 ? Tolerance.Winograd : c.Tolerance;

    static Tensor[] Blocked(Device device, Tensor[] inputs, Conv2d op) => [.. inputs.Select((input, i) =>
        op.IsMap(i, []) ? MapLayout.Of(input, device.Backend.Convolution.ChannelBlock) : input)];

    [TestCase(17, 32, 1)]
    [TestCase(32, 17, 1)]
    [TestCase(32, 32, 3)]
    public void ChannelsBesideBlocks_AndWiderStrides_AreNotTaken(int channels, int filters, int stride)
    {
        using Device device = TestDevices.Open(name, threads);
        ConvolutionGeometry geometry = new(stride, padding: 1);
        Assert.That(device.Backend.Convolution.TakesBlocks(
            geometry.Over(new Shape(1, channels, 9, 9), new Shape(filters, channels, 3, 3))), Is.False);
    }
}
