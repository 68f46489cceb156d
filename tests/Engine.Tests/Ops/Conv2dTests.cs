using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Backends.Cpu;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Convolutions of awkward shapes in every pass.</summary>
public static class Conv2dTests
{
    static readonly ConvolutionGeometry Same = new(1, padding: 1), Valid = new(stride: 1);

    /// <summary>A layer over images of (N, C, H, W) with filters of (K, C, R, S).</summary>
    internal sealed record Layer(int N, int C, int H, int W, int K, int R, int S, ConvolutionGeometry Geometry);

    static readonly (string What, Layer Layer)[] Shapes =
    [
        ("odd sizes", new(2, 5, 9, 11, 7, 3, 3, Same)),
        ("7px maps", new(3, 16, 7, 7, 15, 3, 3, Same)),
        ("3px maps", new(5, 4, 3, 3, 3, 3, 3, Same)),
        ("no padding", new(2, 8, 13, 12, 9, 3, 3, Valid)),
        ("1 channel", new(3, 1, 28, 28, 32, 3, 3, Valid)),
        ("1 filter, batch 1", new(1, 6, 10, 9, 1, 3, 3, Same)),
        ("1x1", new(1, 33, 12, 5, 30, 1, 1, Valid)),
        ("1x1 of whole vectors", new(2, 48, 8, 8, 32, 1, 1, Valid)),
        ("1x1 to fewer channels", new(3, 70, 9, 7, 34, 1, 1, Valid)),
        ("few channels, dilation 2", new(2, 2, 12, 11, 6, 3, 3, new(2, 1, 2))),
        ("1x1 stride 2", new(2, 6, 8, 9, 10, 1, 1, new(stride: 2))),
        ("1x1 with padding", new(2, 3, 4, 5, 6, 1, 1, Same)),
        ("5x5", new(3, 6, 10, 10, 40, 5, 5, new(1, padding: 2))),
        ("stride 2", new(2, 17, 14, 13, 18, 3, 3, new(stride: 2, padding: 1))),
        ("5x5 stride 2", new(2, 9, 11, 12, 5, 5, 5, new(stride: 2, padding: 2))),
        ("7x7 stride 2 of 3 channels", new(2, 3, 17, 18, 20, 7, 7, new(stride: 2, padding: 3))),
        ("7x7 stride 2 of 3 channels, wide", new(1, 3, 38, 75, 16, 7, 7, new(stride: 2, padding: 3))),
        ("stride 3", new(2, 4, 17, 16, 6, 3, 3, new(stride: 3, padding: 1))),
        ("stride beyond the filter", new(2, 4, 13, 14, 6, 2, 2, new(stride: 3))),
        ("dilation 2", new(2, 5, 12, 11, 6, 3, 3, new(1, padding: 2, dilation: 2))),
        ("dilation 2, stride 2", new(2, 5, 12, 11, 6, 3, 3, new(2, 1, 2))),
        ("different strides", new(2, 3, 9, 16, 5, 3, 3, new(1, 2, 1, 1, 1, 1, 1, 1))),
        ("asymmetric padding", new(2, 4, 8, 9, 5, 3, 3, new(2, 2, 0, 0, 1, 1, 1, 1))),
        ("asymmetric padding, stride 1", new(2, 4, 8, 9, 5, 3, 3, new(1, 1, 0, 2, 1, 0, 1, 1))),
        ("filter larger than the map", new(2, 3, 2, 3, 4, 5, 5, new(1, padding: 2))),
        ("more padding than taps", new(1, 3, 4, 4, 5, 2, 2, new(1, padding: 3))),
        ("1x7", new(2, 6, 9, 17, 8, 1, 7, new(1, 1, 0, 3, 0, 3, 1, 1))),
        ("deep", new(1, 70, 6, 5, 33, 3, 3, Same)),
        ("long lines", new(1, 2, 3, 200, 4, 3, 3, Same)),
    ];

    static readonly (string What, Layer Layer)[] WinogradShapes =
    [
        ("64 channels", new(1, 64, 8, 8, 64, 3, 3, Same)),
        ("odd channels and sizes", new(2, 67, 5, 13, 45, 3, 3, Same)),
        ("no padding", new(2, 32, 11, 10, 32, 3, 3, Valid)),
        ("asymmetric padding", new(1, 40, 8, 9, 50, 3, 3, new(1, 1, 0, 2, 1, 0, 1, 1))),
        ("7px maps", new(5, 32, 7, 7, 48, 3, 3, Same)),
        ("one tile an image", new(5, 32, 4, 4, 32, 3, 3, Same)),
        ("5x5", new(2, 32, 7, 8, 33, 5, 5, new(1, padding: 2))),
        ("5x5 without padding", new(1, 33, 9, 12, 48, 5, 5, Valid)),
    ];

    /// <summary>Filters whose gradient's sums, and one thread's maps, are larger than L2.</summary>
    static readonly OpCase[] large =
    [
        Case("large filters, uneven blocks", new(2, 192, 6, 6, 28, 3, 3, new(stride: 2)), Tolerance.Sum),
        Case("large filters, stride 2", new(1, 520, 20, 20, 70, 3, 3, new(stride: 2, padding: 1)), Tolerance.Sum),
        Case("Winograd large filters", new(3, 160, 8, 9, 170, 3, 3, Same), Tolerance.Winograd),
    ];

    public static IEnumerable<OpCase> Cases =>
    [
        .. from s in Shapes select Case(s.What, s.Layer, Tolerance.Sum),
        .. from s in WinogradShapes select Case($"Winograd {s.What}", s.Layer, Tolerance.Winograd),
        Case("bias", Shapes[0].Layer, Tolerance.Sum, bias: true),
        Case("ReLU", Shapes[0].Layer, Tolerance.Sum, relu: true),
        Case("residual", Shapes[0].Layer, Tolerance.Sum, residual: true),
        Case("bias, residual, ReLU", Shapes[1].Layer, Tolerance.Sum, true, true, true),
        Case("bias, residual, ReLU, stride 2", Shapes[11].Layer, Tolerance.Sum, true, true, true),
        Case("Winograd bias, residual, ReLU", WinogradShapes[1].Layer, Tolerance.Winograd, true, true, true),
    ];

    internal static OpCase Case(
        string what, Layer d, Tolerance tolerance, bool bias = false, bool residual = false,
        bool relu = false)
    {
        ConvolutionGeometry g = d.Geometry;
        Oracle.Convolution oracle = new(
            d.N, d.C, d.H, d.W, d.K, d.R, d.S, g.StrideH, g.StrideW,
            g.PaddingTop, g.PaddingLeft, g.PaddingBottom, g.PaddingRight, g.DilationH, g.DilationW);
        List<Shape> inputs = [new(d.N, d.C, d.H, d.W), new(d.K, d.C, d.R, d.S)];
        if (bias) inputs.Add(new(d.K));
        if (residual) inputs.Add(new Conv2d(g, false, false, ClipRange.None).InferShape([.. inputs]));
        return new OpCase(
            $"Conv2d {what}", new Conv2d(g, bias, residual, ClipRange.ReluIf(relu)), [.. inputs], Forward,
            (x, dy) =>
            {
                if (relu) dy = Oracle.Convolution.BackwardRelu(Forward(x), dy);
                List<double[]> dx = [oracle.BackwardInput(x[1], dy), oracle.BackwardWeight(x[0], dy)];
                if (bias) dx.Add(oracle.BackwardBias(dy));
                if (residual) dx.Add(dy);
                return [.. dx];
            },
            tolerance);

        double[] Forward(double[][] x) =>
            oracle.Forward(x[0], x[1], bias ? x[2] : null, residual ? x[^1] : null, relu);
    }

    /// <summary>How work is split must not matter; 2 threads are what every other test takes.</summary>
    [TestFixture(1)]
    [TestFixture(3)]
    public sealed class Threads(int threads)
    {
        static IEnumerable<OpCase> AllCases => [.. Cases, .. large];

        [TestCaseSource(nameof(AllCases))]
        public void EveryPass_MatchesOracle(OpCase c)
        {
            double[][] x = OpTests.Draw(c);
            double[] dy = OpTests.Cotangent(c, x);
            double[]?[] expected = c.Backward(x, dy);
            using Device device = new("cpu", new CpuBackend(threads));
            using Step step = device.BeginStep();
            Tensor[] inputs = [.. x.Select((values, i) => device.Tensor(c.Inputs[i], Values.ToSingle(values)))];
            foreach (Tensor input in inputs) input.RequiresGradient = true;
            Tensor y = c.Op.Apply(inputs);
            Close.AreClose(c.Forward(x), y.ToArray(), c.Tolerance, "output");
            step.Backward(y, device.Tensor(y.Shape, Values.ToSingle(dy)));
            for (int i = 0; i < inputs.Length; i++)
                Close.AreClose(expected[i], step.Gradients[inputs[i]].ToArray(), c.Tolerance, $"gradient of input {i}");
        }
    }

    public sealed class NonFinite(string device) : DeviceFixture(device)
    {
        [TestCase(4, Description = "direct")]
        [TestCase(32, Description = "Winograd")]
        public void Conv2d_NaNBeforeReLU_StaysNaN(int channels)
        {
            Shape map = new(1, channels, 8, 8);
            float[] pixels = new float[map.Count];
            pixels[0] = float.NaN;
            using Step step = Device.BeginStep(record: false);
            Tensor weight = Device.Tensor(new(channels, channels, 3, 3), new float[channels * channels * 9]);
            float[] y = Device.Tensor(map, pixels).Conv2d(weight, padding: 1, relu: true).ToArray();
            Assert.That(y[0], Is.NaN);
            Assert.That(y[^1], Is.Zero);
        }
    }

    [TestFixture]
    public sealed class Errors
    {
        [Test]
        public void Channels_Differ_NamesBoth()
        {
            using Device device = TestDevices.Open("cpu-portable");
            using Step step = device.BeginStep();
            Tensor x = device.Empty(new(8, 3, 24, 24)), weight = device.Empty(new(16, 4, 3, 3));
            Assert.That(() => x.Conv2d(weight), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "[Conv2d] input has 3 channels but the weight expects 4: input (8, 3, 24, 24), weight (16, 4, 3, 3)"));
        }

        [Test]
        public void Filter_LargerThanPaddedMap_SaysSo()
        {
            using Device device = TestDevices.Open("cpu-portable");
            using Step step = device.BeginStep();
            Tensor x = device.Empty(new(1, 3, 4, 4)), weight = device.Empty(new(2, 3, 7, 7));
            Assert.That(() => x.Conv2d(weight, padding: 1), Throws.TypeOf<ShapeException>().With.Message.Contains(
                "the filter is larger than the padded map"));
        }
    }
}
