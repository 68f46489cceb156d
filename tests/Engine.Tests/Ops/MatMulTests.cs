using TripletGpu.Autograd;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Ops;

/// <summary>Matrix products and the linear layer.</summary>
public static class MatMulTests
{
    // Tails of every register tile, single rows and columns, depths beyond one cache block and beyond as many as
    // begin at multiples of four, and the small network's layer.
    static readonly (int M, int N, int K)[] Products =
    [
        (1, 1, 1), (3, 5, 2), (14, 32, 16), (15, 33, 17), (1, 70, 40), (70, 1, 40), (37, 75, 91), (29, 47, 800),
        (6, 16, 1), (28, 5, 1_730), (28, 70, 2_048),
    ];

    static readonly (int Count, int M, int N, int K)[] Batches =
        [(1, 3, 5, 2), (2, 15, 33, 17), (5, 1, 7, 9), (13, 6, 4, 8), (3, 64, 64, 12), (2, 29, 31, 1_300)];

    static readonly (int N, int Out, int In, bool Bias)[] Layers =
        [(1, 3, 2, true), (5, 7, 11, false), (16, 40, 33, true), (128, 19, 800, true)];

    public static IEnumerable<OpCase> Cases =>
    [
        .. from p in Products select Product(p.M, p.N, p.K),
        .. from p in Batches select Product(p.Count, p.M, p.N, p.K),
        .. from l in Layers select Layer(l.N, l.Out, l.In, l.Bias),
    ];

    internal static OpCase Product(int m, int n, int k) => new(
        $"MatMul {m}x{n}x{k}", new MatMul(), [new(m, k), new(k, n)],
        x => Oracle.MatMul.Multiply(x[0], x[1], m, n, k),
        (x, dy) =>
        [
            Oracle.MatMul.Multiply(dy, Oracle.MatMul.Transpose(x[1], k, n), m, k, n),
            Oracle.MatMul.Multiply(Oracle.MatMul.Transpose(x[0], m, k), dy, k, n, m),
        ],
        Tolerance.Sum);

    /// <summary>A product for each of some matrices.</summary>
    internal static OpCase Product(int count, int m, int n, int k)
    {
        OpCase one = Product(m, n, k);
        return one with
        {
            Name = $"MatMul {count} of {m}x{n}x{k}",
            Inputs = [new(count, m, k), new(count, k, n)],
            Forward = x => [.. Enumerable.Range(0, count).SelectMany(i => one.Forward(Of(i, x)))],
            Backward = (x, dy) =>
            {
                double[]?[][] each = [.. Enumerable.Range(0, count).Select(i => one.Backward(Of(i, x), Part(i, dy)))];
                return [[.. each.SelectMany(dx => dx[0]!)], [.. each.SelectMany(dx => dx[1]!)]];
            },
        };

        double[][] Of(int i, double[][] x) => [Part(i, x[0]), Part(i, x[1])];

        double[] Part(int i, double[] all) => all[(all.Length / count * i)..(all.Length / count * (i + 1))];
    }

    internal static OpCase Layer(int n, int outputs, int inputs, bool bias) => new(
        $"Linear {n}x{inputs} to {outputs}{(bias ? " with bias" : "")}", new Linear(),
        bias ? [new(n, inputs), new(outputs, inputs), new(outputs)] : [new(n, inputs), new(outputs, inputs)],
        x => Oracle.MatMul.Linear(x[0], x[1], bias ? x[2] : null, n, outputs, inputs),
        (x, dy) =>
        {
            double[] dx = Oracle.MatMul.Multiply(dy, x[1], n, inputs, outputs);
            double[] dw = Oracle.MatMul.Multiply(
                Oracle.MatMul.Transpose(dy, n, outputs), x[0], outputs, inputs, n);
            return bias ? [dx, dw, Oracle.MatMul.SumRows(dy, outputs)] : [dx, dw];
        },
        Tolerance.Sum);

    public sealed class NonFinite(string device) : DeviceFixture(device)
    {
        [Test]
        public void MatMul_NaN_ReachesItsRow()
        {
            float[] values = new float[18 * 20];
            values[5] = float.NaN;
            using Step step = Device.BeginStep(record: false);
            float[] c = Device.Tensor(new(18, 20), values).MatMul(Device.Tensor(new(20, 40), new float[800])).ToArray();
            Assert.That(c[..40], Is.All.NaN);
            Assert.That(c[40..], Is.All.Zero);
        }
    }

    [TestFixture]
    public sealed class Errors
    {
        [Test]
        public void MatMul_InnerDimensionsDiffer_NamesBoth()
        {
            using Device device = TestDevices.Open("cpu-portable");
            using Step step = device.BeginStep();
            Tensor a = device.Empty(new(2, 3)), b = device.Empty(new(4, 5));
            Assert.That(() => a.MatMul(b), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "[MatMul] inner dimensions must agree: a is (2, 3), b is (4, 5), 3 != 4"));
        }

        [TestCase(3, "as many matrices must be on both sides: a is (2, 3, 4), b is (3, 4, 5)")]
        [TestCase(0, "b must have 3 dimensions, not 2")]
        public void MatMul_OfSeveral_NamesBoth(int count, string why)
        {
            using Device device = TestDevices.Open("cpu-portable");
            using Step step = device.BeginStep();
            Tensor a = device.Empty(new(2, 3, 4)), b = device.Empty(count > 0 ? new(count, 4, 5) : new(4, 5));
            Assert.That(() => a.MatMul(b), Throws.TypeOf<ShapeException>().With.Message.StartsWith($"[MatMul] {why}"));
        }

        [Test]
        public void Linear_FeaturesDiffer_NamesBoth()
        {
            using Device device = TestDevices.Open("cpu-portable");
            using Step step = device.BeginStep();
            Tensor x = device.Empty(new(2, 3)), weight = device.Empty(new(5, 4));
            Assert.That(() => x.Linear(weight), Throws.TypeOf<ShapeException>().With.Message.EqualTo(
                "[Linear] input has 3 features but the weight expects 4: input (2, 3), weight (5, 4)"));
        }
    }
}
