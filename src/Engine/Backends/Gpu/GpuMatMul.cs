using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu;

/// <summary>Matrix products on a GPU.</summary>
sealed class GpuMatMul(IGpuDriver driver, GpuProducts products) : IMatMul
{
    public void Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Gradient c)
    {
        if (!c.IsNeeded) return;
        int m = c.Target.Shape[0], n = c.Target.Shape[1], k = a.Shape[transposeA ? 0 : 1];
        products.Run(a.Floats(), b.Floats(), c.Target.Floats(),
            GemmDims.Of(m, n, k, transposeA, transposeB, c.Accumulate));
    }

    public void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        Multiply(x, false, weight, true, new Gradient(y, Accumulate: false));
        if (bias is null) return;
        ConvolutionKernels.LaunchAddBias(
            driver, y.Items(), bias.Floats(), y.Floats(), channels: y.Shape[1], plane: 1);
    }

    public void SumRows(Tensor x, Gradient sums)
    {
        if (sums.IsNeeded)
            ReductionKernels.LaunchSumByItem(
                driver, x.Shape[1], x.Floats(), sums.Target.Floats(), new(1, x.Shape[0], x.Shape[1]), 1, sums.Adds());
    }
}
