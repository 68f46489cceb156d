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

    [Test]
    public void Precision_WhereThereIsNoTensorCore_IsRefused()
    {
        OpenClDevice? found = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (found is null) TestDevices.Skip("opencl", reason);
        using var backend = new GpuBackend(found!.Open());
        Assert.That(TensorCoreTest.Run(backend.Driver), Is.Empty, "its functions are right all the same");
        Assert.That(
            () => backend.Precision = MatrixPrecision.Tf32,
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
        if (precision == MatrixPrecision.Tf32) (a, b) = (Rounded(a), Rounded(b));
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int l = 0; l < k; l++)
                    c[i * n + j] += a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
        Close.AreClose(c, tc.ToArray(), Tolerance.Sum, "C");
    }

    static double[] Rounded(double[] values) => Array.ConvertAll(values, v => (double)TensorCore.Round((float)v));
}
