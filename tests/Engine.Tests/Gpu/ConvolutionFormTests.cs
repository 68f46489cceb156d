using TripletGpu.Autograd;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Convolution;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Engine.Tests.Ops;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Ops;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>
/// The convolutions that a GPU would run, tiles in shared memory and sums in parts, on whatever OpenCL device there is;
/// and the phases of the way back, which need none.
/// </summary>
public sealed class ConvolutionFormTests
{
    // No multiprocessors to fill: the largest tile, one part. Many: the smallest, many parts.
    Device? largest, smallest, inTf32, inBfloat16;

    public static IEnumerable<OpCase> Cases => OpTests.Cases.Where(c => c.Op is Conv2d);

    // Rounding moves an output across zero now and then, and with it its gradient.
    public static IEnumerable<OpCase> CasesWithoutRelu => Cases.Where(c => c.Op is Conv2d { Relu: false });

    [OneTimeTearDown]
    public void CloseDevices()
    {
        largest?.Dispose();
        smallest?.Dispose();
        inTf32?.Dispose();
        inBfloat16?.Dispose();
    }

    [TestCaseSource(nameof(Cases))]
    public void Conv2d_SmallestTileManyParts_MatchesOracle(OpCase c) => Run(smallest ??= Open(units: 100), c);

    [TestCaseSource(nameof(Cases))]
    public void Conv2d_LargestTile_MatchesOracle(OpCase c) => Run(largest ??= Open(units: 0), c);

    [TestCaseSource(nameof(Cases))]
    public void Conv2d_Tf32_MatchesOracle(OpCase c) => Run(
        inTf32 ??= Open(units: 2, MatrixPrecision.Tf32), c with { Tolerance = Tolerance.Tf32 });

    [TestCaseSource(nameof(CasesWithoutRelu))]
    public void Conv2d_Bfloat16_MatchesOracle(OpCase c) => Run(
        inBfloat16 ??= Open(units: 2, MatrixPrecision.Bfloat16), c with { Tolerance = Tolerance.Bfloat16 });

    /// <summary>As exact as in float32: every fragment lies where it should.</summary>
    [TestCaseSource(nameof(Cases))]
    public void Conv2d_Bfloat16_OfRoundedOperands_MatchesOracle(OpCase c) =>
        Run(inBfloat16 ??= Open(units: 2, MatrixPrecision.Bfloat16), c, ToBfloat16);

    [Test]
    public void Of_Stride1_IsOneConvolutionWithThePaddingOfTheOtherSide()
    {
        // 5 taps, padding 1: the gradient needs 4 - 1 pixels around it.
        ConvolutionShape d = new(2, 3, 10, 12, 4, 5, 5, 8, 10, 1, 1, 1, 1, 1, 1);
        ConvolutionPhase phase = ConvolutionPhase.Of(d, accumulate: true).Single();
        Assert.That(phase.Taps, Is.EqualTo(new TapSubset(0, 0, 1, 1, 5, 5)));
        Assert.That(phase.Shape, Is.EqualTo(new ConvolutionShape(2, 4, 8, 10, 3, 5, 5, 10, 12, 1, 1, 3, 3, 1, 1)));
        Assert.That(phase.Target, Is.EqualTo(ConvolutionTarget.All(10, 12, 1)));
    }

    [TestCase(7, 7, 3, 2, 1)]
    [TestCase(9, 6, 1, 2, 1)]
    [TestCase(11, 8, 5, 3, 2)]
    [TestCase(8, 13, 3, 4, 6)]
    public void Of_Strides_SplitTapsAndPixels(int h, int w, int taps, int stride, int dilation)
    {
        int p = (h - (taps - 1) * dilation - 1) / stride + 1, q = (w - (taps - 1) * dilation - 1) / stride + 1;
        ConvolutionShape d = new(1, 1, h, w, 1, taps, taps, p, q, stride, stride, 0, 0, dilation, dilation);
        ConvolutionPhase[] phases = [.. ConvolutionPhase.Of(d, accumulate: false)];
        Assert.That(phases, Has.Length.EqualTo(Math.Min(stride, h) * Math.Min(stride, w)));
        Assert.That(phases.Sum(f => f.Shape.Pixels), Is.EqualTo(h * w), "every pixel once");
        Assert.That(phases.Sum(f => f.Shape.Taps), Is.LessThanOrEqualTo(taps * taps), "no tap twice");
    }

    static Device Open(int units, MatrixPrecision precision = MatrixPrecision.Float32)
    {
        OpenClDevice? found = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (found is null) TestDevices.Skip("opencl", reason);
        IGpuDriver driver = found!.Open();
        LaunchPlan plan = new(driver.Capabilities with { IsCpu = false, ComputeUnits = units })
        {
            UsesPanels = false,
            Precision = precision,
        };
        return new("opencl", new GpuBackend(driver, plan));
    }

    static double ToBfloat16(double value) => TensorCore.OfPair(TensorCore.Pair((float)value, 0), 0);

    /// <param name="device">Where it runs.</param>
    /// <param name="c">The case.</param>
    /// <param name="rounding">Of what the operation is given, on the device and in the oracle.</param>
    static void Run(Device device, OpCase c, Converter<double, double>? rounding = null)
    {
        double[][] x = OpTests.Draw(c);
        double[] dy = OpTests.Cotangent(c, x);
        if (rounding is not null)
        {
            x = Array.ConvertAll(x, v => Array.ConvertAll(v, rounding));
            dy = Array.ConvertAll(dy, rounding);
        }
        double[]?[] expected = c.Backward(x, dy);
        using Step step = device.BeginStep();
        Tensor[] inputs = OpTests.Upload(device, c, x);
        foreach (Tensor input in inputs) input.RequiresGradient = true;
        for (int pass = 1; pass <= 2; pass++)
        {
            Tensor y = c.Op.Apply(inputs);
            Close.AreClose(c.Forward(x), y.ToArray(), c.Tolerance, "output");
            step.Backward(y, device.Tensor(y.Shape, Values.ToSingle(dy)));
            for (int i = 0; i < inputs.Length; i++)
                Close.AreClose(
                    Array.ConvertAll(expected[i]!, v => v * pass), step.Gradients[inputs[i]].ToArray(), c.Tolerance,
                    $"gradient of input {i}, pass {pass}");
        }
    }
}
