using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>A filter for each channel: vectors that are not full, strides, dilations, odd padding.</summary>
public static class DepthwiseConv2dTests
{
    static readonly (string What, Shape X, int R, int S, ConvolutionGeometry Geometry, bool Bias)[] Shapes =
    [
        ("3x3", new(2, 16, 9, 7), 3, 3, new(1, padding: 1), true),
        ("3x3 of some channels", new(3, 17, 5, 6), 3, 3, new(1, padding: 1), false),
        ("one channel", new(2, 1, 6, 8), 3, 3, new(1, padding: 0), true),
        ("stride 2", new(2, 35, 8, 9), 2, 1, new(2, padding: 1), true),
        ("stride 3 leaves lines over", new(1, 18, 11, 12), 2, 2, new(stride: 3), false),
        ("stride beyond the filter", new(2, 7, 9, 9), 1, 2, new(stride: 3), true),
        ("5x5 stride 2", new(2, 3, 14, 15), 5, 5, new(2, padding: 2), false),
        ("dilation 2", new(1, 5, 9, 11), 3, 3, new(1, padding: 2, dilation: 2), true),
        ("strides, paddings and dilations that differ", new(2, 17, 9, 10), 3, 2, new(2, 1, 0, 2, 3, 1, 1, 3), true),
        ("1x1", new(2, 33, 4, 5), 1, 1, new(stride: 1), true),
        ("as large as the map", new(3, 2, 7, 7), 7, 7, new(stride: 1), false),
        ("one pixel", new(2, 4, 1, 1), 3, 3, new(1, padding: 1), true),
        ("strips of lines", new(1, 16, 70, 33), 3, 1, new(1, padding: 1), true),
    ];

    public static IEnumerable<OpCase> Cases =>
        Shapes.Select(s => Case(s.What, s.X, s.R, s.S, s.Geometry, s.Bias));

    internal static OpCase Case(string what, Shape x, int r, int s, ConvolutionGeometry g, bool bias)
    {
        int images = x[0], channels = x[1], pixels = x[2] * x[3], taps = r * s;
        Oracle.Convolution one = new(
            images, 1, x[2], x[3], 1, r, s, g.StrideH, g.StrideW, g.PaddingTop, g.PaddingLeft, g.PaddingBottom,
            g.PaddingRight, g.DilationH, g.DilationW);
        int outputs = one.P * one.Q;
        Shape weight = new(channels, 1, r, s);
        return new OpCase(
            $"DepthwiseConv2d {what}", new DepthwiseConv2d(g, bias, ClipRange.None),
            bias ? [x, weight, new(channels)] : [x, weight],
            v => Joined(outputs, c => one.Forward(
                Channel(v[0], c, pixels), Taps(v[1], c), bias ? [v[2][c]] : null, null, relu: false)),
            (v, dy) =>
            {
                double[] dx = Joined(pixels, c => one.BackwardInput(Taps(v[1], c), Channel(dy, c, outputs)));
                double[] dw = [.. Enumerable.Range(0, channels).SelectMany(c =>
                    one.BackwardWeight(Channel(v[0], c, pixels), Channel(dy, c, outputs)))];
                double[] db = [.. Enumerable.Range(0, channels).Select(c => Channel(dy, c, outputs).Sum())];
                return bias ? [dx, dw, db] : [dx, dw];
            },
            Tolerance.Sum);

        double[] Taps(double[] w, int c) => w[(c * taps)..((c + 1) * taps)];

        // The planes of a channel, image after image.
        double[] Channel(double[] maps, int c, int plane) => [.. Enumerable.Range(0, images).SelectMany(n =>
            maps.Skip((n * channels + c) * plane).Take(plane))];

        double[] Joined(int plane, Func<int, double[]> of)
        {
            double[] maps = new double[images * channels * plane];
            for (int c = 0; c < channels; c++)
            {
                double[] own = of(c);
                for (int n = 0; n < images; n++)
                    Array.Copy(own, n * plane, maps, (n * channels + c) * plane, plane);
            }
            return maps;
        }
    }

    /// <summary>Sums of maps are chains in one order on every device.</summary>
    [TestFixtureSource(typeof(TestDevices), nameof(TestDevices.All))]
    public sealed class SameBits(string device) : DeviceFixture(device)
    {
        [Test]
        public void OutputAndInputGradient_AreThoseOfThePortableCode(
            [Values(16, 21)] int channels, [Values(1, 2)] int stride)
        {
            using Device portable = TestDevices.Open("cpu-portable", threads: 1);
            Assert.That(Run(Device, channels, stride), Is.EqualTo(Run(portable, channels, stride)));
        }

        static float[] Run(Device device, int channels, int stride)
        {
            Random random = new(5);
            using Step step = device.BeginStep();
            Tensor x = Normal(new(2, channels, 11, 9)), weight = Normal(new(channels, 1, 3, 3));
            x.RequiresGradient = true;
            Tensor y = x.DepthwiseConv2d(weight, new(stride, padding: 1), Normal(new(channels)));
            step.Backward(y, Normal(y.Shape));
            return [.. y.ToArray(), .. step.Gradients[x].ToArray()];

            Tensor Normal(Shape shape) =>
                device.Tensor(shape, Values.ToSingle(Values.Normal(shape.Count, random)));
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
            Tensor x = device.Empty(new(8, 6, 24, 24)), weight = device.Empty(new(6, 2, 3, 3));
            Assert.That(() => x.DepthwiseConv2d(weight, new(stride: 1)), Throws.TypeOf<ShapeException>().With.Message
                .EqualTo("[DepthwiseConv2d] 6 channels take a weight of (6, 1, ...): input (8, 6, 24, 24),"
                    + " weight (6, 2, 3, 3)"));
        }
    }
}
