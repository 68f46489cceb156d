using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Backends.Gpu;

/// <summary>Matrix products on a GPU.</summary>
sealed class GpuMatMul(IGpuDriver driver, GpuProducts products) : IMatMul
{
    public void Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Gradient c)
    {
        if (!c.IsNeeded) return;
        int m = c.Target.Shape[0], n = c.Target.Shape[1], depth = a.Shape[transposeA ? 0 : 1];
        products.Run(
            a.Floats(), b.Floats(), bias: null, c.Target.Floats(),
            GemmDims.Of(m, n, depth, transposeA, transposeB, c.Accumulate));
    }

    public void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y) => products.Run(
        x.Floats(), weight.Floats(), bias?.Floats(), y.Floats(),
        GemmDims.Of(y.Shape[0], y.Shape[1], x.Shape[1], transposeB: true));

    public void SumRows(Tensor x, Gradient sums)
    {
        if (sums.IsNeeded)
            ReductionKernels.LaunchSumRows(
                driver, x.Shape[1], x.Floats(), sums.Target.Floats(), x.Shape[0], x.Shape[1], sums.Adds());
    }
}
