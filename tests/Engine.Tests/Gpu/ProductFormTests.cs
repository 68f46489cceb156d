using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.OpenCl;
using TripletGpu.Support;

namespace TripletGpu.Engine.Tests.Gpu;

/// <summary>The products that a GPU would run, tiles in shared memory, on whatever OpenCL device there is.</summary>
public sealed class ProductFormTests
{
    [TestCase(65, 70, 33, false, false, 100)]
    [TestCase(65, 70, 33, true, true, 1)]
    [TestCase(200, 130, 17, false, true, 2)]
    [TestCase(1, 1, 1, true, false, 1)]
    public void Multiply_EachTile_IsTheProduct(int m, int n, int k, bool transposeA, bool transposeB, int units)
    {
        OpenClDevice? found = OpenClDevices.Find(out string reason).FirstOrDefault(d => d.Unusable == "");
        if (found is null) TestDevices.Skip("opencl", reason);
        var driver = found!.Open();
        var plan = new LaunchPlan(driver.Capabilities with { ComputeUnits = units }) { UsesPanels = false };
        using var device = new Device("opencl", new GpuBackend(driver, plan));
        using var step = device.BeginStep();
        var random = new Random(3);
        double[] a = Values.Normal(m * k, random), b = Values.Normal(k * n, random), c = Values.Normal(m * n, random);
        Tensor ta = device.Tensor(transposeA ? new(k, m) : new(m, k), Values.ToSingle(a));
        Tensor tb = device.Tensor(transposeB ? new(n, k) : new(k, n), Values.ToSingle(b));
        Tensor tc = device.Tensor(new(m, n), Values.ToSingle(c));
        device.Backend.MatMul.Multiply(ta, transposeA, tb, transposeB, new(tc, Accumulate: true));
        for (int i = 0; i < m; i++)
            for (int j = 0; j < n; j++)
                for (int l = 0; l < k; l++)
                    c[i * n + j] += a[transposeA ? l * m + i : i * k + l] * b[transposeB ? j * k + l : l * n + j];
        Close.AreClose(c, tc.ToArray(), Tolerance.Sum, "C");
    }
}
