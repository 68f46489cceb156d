using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>The products that a GPU would run, tiles in shared memory, on whatever OpenCL device there is.</summary>
public sealed class ProductFormTests
{
    [TestCase(65, 70, 33, false, false, 100)]
    [TestCase(65, 70, 33, true, true, 1)]
    [TestCase(200, 130, 17, false, true, 2)]
    [TestCase(1, 1, 1, true, false, 1)]
    [TestCase(65, 72, 1028, false, false, 100)]
    [TestCase(65, 70, 1028, false, true, 100)]
    [TestCase(68, 72, 401, true, false, 100)]
    [TestCase(130, 132, 500, false, false, 0)]
    [TestCase(130, 131, 500, false, true, 0)]
    [TestCase(132, 136, 399, true, false, 0)]
    public void Multiply_EachTile_IsTheProduct(int m, int n, int k, bool transposeA, bool transposeB, int units) =>
        Run(m, n, k, transposeA, transposeB, units, MatrixPrecision.Float32);

    /// <summary>Exactly the product of the rounded operands: every fragment lies where it should.</summary>
    [TestCase(65, 70, 33, false, false, 1)]
    [TestCase(65, 70, 33, true, true, 1000)]
    [TestCase(130, 200, 9, false, true, 1)]
    [TestCase(1, 1, 1, true, false, 1)]
    public void Multiply_Tf32_IsTheProductOfRoundedOperands(
        int m, int n, int k, bool transposeA, bool transposeB, int units) =>
        Run(m, n, k, transposeA, transposeB, units, MatrixPrecision.Tf32);

    [TestCase(65, 70, 33, false, false, 1)]
    [TestCase(65, 70, 40, true, true, 1000)]
    [TestCase(130, 200, 9, false, true, 1)]
    [TestCase(1, 1, 1, true, false, 1)]
    public void Multiply_Bfloat16_IsTheProductOfRoundedOperands(
        int m, int n, int k, bool transposeA, bool transposeB, int units) =>
        Run(m, n, k, transposeA, transposeB, units, MatrixPrecision.Bfloat16);

    [TestCase(MatrixPrecision.Tf32)]
    [TestCase(MatrixPrecision.Bfloat16)]
    public void Precision_WhereThereIsNoTensorCore_IsRefused(MatrixPrecision precision)
    {
        OpenClDevice? found = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (found is null) TestDevices.Skip("opencl", reason);
        using var backend = new GpuBackend(found!.Open());
        Assert.That(TensorCoreTest.Run(backend.Driver, precision), Is.Empty, "its functions are right all the same");
        Assert.That(
            () => backend.Precision = precision,
            Throws.TypeOf<DriverException>().With.Message.Contains("compute capability 8.0"));
        Assert.That(backend.Precision, Is.EqualTo(MatrixPrecision.Float32));
    }

    [TestCase(1f, 1f)]
    [TestCase(1.00048828125f, 1.0009765625f)] // halfway between two neighbours: away from zero
    [TestCase(-1.00048828125f, -1.0009765625f)]
    [TestCase(1.0004882f, 1f)]
    [TestCase(3.4028235e38f, float.PositiveInfinity)]
    [TestCase(float.NegativeInfinity, float.NegativeInfinity)]
    [TestCase(float.NaN, float.NaN)]
    [TestCase(-0f, -0f)]
    public void Round_ToTenBits_HalvesAwayFromZero(float x, float rounded) =>
        Assert.That(BitConverter.SingleToInt32Bits(TensorCore.Round(x)), Is.EqualTo(
            BitConverter.SingleToInt32Bits(rounded)));

    [TestCase(0x3F800000u, ExpectedResult = 0x3F80u)]
    [TestCase(0x3F808000u, ExpectedResult = 0x3F80u)] // halfway, above an even one
    [TestCase(0x3F808001u, ExpectedResult = 0x3F81u)]
    [TestCase(0x3F818000u, ExpectedResult = 0x3F82u)] // halfway, above an odd one
    [TestCase(0xBF818000u, ExpectedResult = 0xBF82u)]
    [TestCase(0x3FFFFFFFu, ExpectedResult = 0x4000u)] // into the exponent
    [TestCase(0x7F7F7FFFu, ExpectedResult = 0x7F7Fu)] // the largest that is no infinity
    [TestCase(0x7F7F8000u, ExpectedResult = 0x7F80u)]
    [TestCase(0xFF800000u, ExpectedResult = 0xFF80u)]
    [TestCase(0x7F800001u, ExpectedResult = 0x7FFFu)]
    [TestCase(0xFFC12345u, ExpectedResult = 0x7FFFu)]
    [TestCase(0x80000000u, ExpectedResult = 0x8000u)]
    [TestCase(0x00012345u, ExpectedResult = 0x0001u)] // below float32's least normal number, and bfloat16's
    [TestCase(0x00008000u, ExpectedResult = 0x0000u)]
    [TestCase(0x00018000u, ExpectedResult = 0x0002u)]
    public uint Pair_ToSevenBits_HalvesToEven(uint x)
    {
        float number = BitConverter.UInt32BitsToSingle(x);
        uint first = BitConverter.SingleToUInt32Bits(TensorCore.Pair(number, 1));
        uint second = BitConverter.SingleToUInt32Bits(TensorCore.Pair(1, number));
        Assert.That(first >> 16, Is.EqualTo(0x3F80), "the second in the upper half");
        Assert.That(second & 0xFFFF, Is.EqualTo(0x3F80), "the first in the lower half");
        Assert.That(first & 0xFFFF, Is.EqualTo(second >> 16));
        return first & 0xFFFF;
    }

    [Test]
    public void OfPair_IsEitherNumber()
    {
        float pair = TensorCore.Pair(-1.5f, 3e38f);
        Assert.That(TensorCore.OfPair(pair, 0), Is.EqualTo(-1.5f));
        Assert.That(TensorCore.OfPair(pair, 1), Is.EqualTo(3e38f).Within(0.4).Percent);
    }

    static void Run(int m, int n, int k, bool transposeA, bool transposeB, int units, MatrixPrecision precision)
    {
        OpenClDevice? found = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (found is null) TestDevices.Skip("opencl", reason);
        var driver = found!.Open();
        var plan = new LaunchPlan(driver.Capabilities with { ComputeUnits = units })
        {
            UsesPanels = false,
            Precision = precision,
        };
        using var device = new Device("opencl", new GpuBackend(driver, plan));
        using var step = device.BeginStep();
        var random = new Random(3);
        double[] a = Values.Normal(m * k, random), b = Values.Normal(k * n, random), c = Values.Normal(m * n, random);
        Tensor ta = device.Tensor(transposeA ? new(k, m) : new(m, k), Values.ToSingle(a));
        Tensor tb = device.Tensor(transposeB ? new(n, k) : new(k, n), Values.ToSingle(b));
        Tensor tc = device.Tensor(new(m, n), Values.ToSingle(c));
        device.Backend.MatMul.Multiply(ta, transposeA, tb, transposeB, new(tc, Accumulate: true));
        if (precision != MatrixPrecision.Float32) (a, b) = (Rounded(a, precision), Rounded(b, precision));
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int l = 0; l < k; l++)
                    c[i * n + j] += a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
        Close.AreClose(c, tc.ToArray(), Tolerance.Sum, "C");
    }

    static double[] Rounded(double[] values, MatrixPrecision precision) => Array.ConvertAll(
        values, v => (double)(precision == MatrixPrecision.Tf32 ? TensorCore.Round((float)v)
            : TensorCore.OfPair(TensorCore.Pair((float)v, 0), 0)));
}
