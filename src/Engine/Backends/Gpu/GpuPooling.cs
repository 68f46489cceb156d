using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Pooling;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Backends.Gpu;

/// <summary>Pooling on a GPU.</summary>
sealed class GpuPooling(IGpuDriver driver) : IPooling
{
    public void Max(Tensor x, Tensor y, Tensor taps, PlaneWindow d) =>
        PoolingKernels.LaunchMax(driver, y.Items(), x.Floats(), y.Floats(), taps.Floats(), d);

    public void MaxBackward(Tensor taps, Tensor dy, Gradient dx, PlaneWindow d)
    {
        if (dx.IsNeeded)
            PoolingKernels.LaunchMaxBackward(
                driver, dx.Target.Items(), taps.Floats(), dy.Floats(), dx.Target.Floats(), d, dx.Adds());
    }

    public void Average(Tensor x, Tensor y, PlaneWindow d, bool countPadding) =>
        PoolingKernels.LaunchAverage(driver, y.Items(), x.Floats(), y.Floats(), d, countPadding ? 1 : 0);

    public void AverageBackward(Tensor dy, Gradient dx, PlaneWindow d, bool countPadding)
    {
        if (dx.IsNeeded)
            PoolingKernels.LaunchAverageBackward(
                driver, dx.Target.Items(), dy.Floats(), dx.Target.Floats(), d, countPadding ? 1 : 0, dx.Adds());
    }

    public void L2(Tensor x, Tensor y, PlaneWindow d) =>
        PoolingKernels.LaunchL2(driver, y.Items(), x.Floats(), y.Floats(), d);

    public void L2Backward(Tensor x, Tensor y, Tensor dy, Gradient dx, PlaneWindow d)
    {
        if (dx.IsNeeded)
            PoolingKernels.LaunchL2Backward(
                driver, dx.Target.Items(), x.Floats(), y.Floats(), dy.Floats(), dx.Target.Floats(), d,
                dx.Adds());
    }

    public void GlobalAverage(Tensor x, Tensor y)
    {
        int plane = x.Shape[2] * x.Shape[3];
        ReductionKernels.LaunchSumByItem(driver, y.Items(), x.Floats(), y.Floats(), new(y.Items(), plane, 1),
            1f / plane, 0);
    }

    public void GlobalAverageBackward(Tensor dy, Gradient dx)
    {
        if (!dx.IsNeeded) return;
        int plane = dx.Target.Shape[2] * dx.Target.Shape[3];
        ReductionKernels.LaunchSpread(
            driver, dx.Target.Items(), dy.Floats(), dx.Target.Floats(), new(dy.Items(), plane, 1), 1f / plane,
            dx.Adds());
    }
}
