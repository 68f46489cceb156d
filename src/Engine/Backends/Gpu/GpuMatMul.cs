using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Backends.Gpu;

/// <summary>Matrix products on a GPU.</summary>
sealed class GpuMatMul(IGpuDriver driver, GpuProducts products) : IMatMul
{
    // The largest grid that CUDA has along its third axis.
    const int MostTogether = 65_535;

    public void Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Gradient c)
    {
        if (!c.IsNeeded) return;
        Shape shape = c.Target.Shape;
        int m = shape[-2], n = shape[-1], depth = a.Shape[transposeA ? -2 : -1];
        GemmDims d = GemmDims.Of(m, n, depth, transposeA, transposeB, c.Accumulate);
        if (shape.Rank == 2)
        {
            products.Run(a.Floats(), b.Floats(), bias: null, c.Target.Floats(), d);
            return;
        }
        d = d with { BatchA = m * depth, BatchB = depth * n, BatchC = m * n };
        for (int first = 0; first < shape[0]; first += MostTogether)
        {
            int count = Math.Min(MostTogether, shape[0] - first);
            products.Run(
                Part(a.Floats(), d.BatchA), Part(b.Floats(), d.BatchB), bias: null, Part(c.Target.Floats(), d.BatchC),
                d, count);

            DeviceView<float> Part(DeviceView<float> all, int each) => all.Slice(first * each, count * each);
        }
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
