using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Elementwise;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Normalization;

namespace TripletGpu.Backends.Gpu;

/// <summary>Normalisations on a GPU.</summary>
sealed class GpuNormalization(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : INormalization
{
    public void BatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor y, Tensor statistics,
        float momentum, float epsilon, bool relu)
    {
        ChannelDims d = Dims(x);
        if (plan.SumsByItem)
            BatchNormKernels.LaunchStatisticsByItem(
                driver, d.Channels, x.Floats(), runningMean.Floats(), runningVariance.Floats(), statistics.Floats(), d,
                momentum, epsilon);
        else
            BatchNormKernels.LaunchStatistics(
                driver, d.Channels, x.Floats(), runningMean.Floats(), runningVariance.Floats(), statistics.Floats(), d,
                momentum, epsilon);
        Normalize(x, weight, bias, statistics, y, d, relu);
    }

    public void FrozenBatchNorm(
        Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, Tensor y, Tensor statistics,
        float epsilon, bool relu)
    {
        ChannelDims d = Dims(x);
        BatchNormKernels.LaunchFrozenStatistics(
            driver, d.Channels, runningMean.Floats(), runningVariance.Floats(), statistics.Floats(), d.Channels,
            epsilon);
        Normalize(x, weight, bias, statistics, y, d, relu);
    }

    public void BatchNormBackward(
        Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor dy,
        Gradient dx, Gradient dweight, Gradient dbias, bool frozen, bool relu)
    {
        ChannelDims d = Dims(x);
        DeviceView<float> sums = scratch.Take(ScratchUse.Sums, 2L * d.Channels);
        bool sumsAreNeeded = !frozen || dweight.IsNeeded || dbias.IsNeeded;
        if (sumsAreNeeded && plan.SumsByItem)
            BatchNormKernels.LaunchGradientSumsByItem(
                driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(), dy.Floats(), sums,
                d,
                relu ? 1 : 0);
        else if (sumsAreNeeded)
            BatchNormKernels.LaunchGradientSums(
                driver, d.Channels, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(), dy.Floats(), sums,
                d,
                relu ? 1 : 0);
        Put(sums.Slice(d.Channels, d.Channels), dweight);
        Put(sums.Slice(0, d.Channels), dbias);
        if (dx.IsNeeded)
            BatchNormKernels.LaunchInputGradient(
                driver, Planes(x) * d.Blocks, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
                dy.Floats(), sums,
                dx.Target.Floats(), d, frozen ? 1 : 0, relu ? 1 : 0, dx.Adds());
    }

    public void LocalResponseNorm(Tensor x, Tensor y, int size, float alpha, float beta, float k)
    {
        ResponseNormDims d = Window(x, size, alpha, beta, k);
        DeviceView<float> responses = Responses(x, d);
        ResponseNormKernels.LaunchForward(
            driver, (x.Items() + d.Each - 1) / d.Each, x.Floats(), responses, y.Floats(), d, x.Items());
    }

    public void LocalResponseNormBackward(Tensor x, Tensor dy, Gradient dx, int size, float alpha, float beta, float k)
    {
        if (!dx.IsNeeded) return;
        ResponseNormDims d = Window(x, size, alpha, beta, k);
        DeviceView<float> responses = Responses(x, d);
        ResponseNormKernels.LaunchBackward(
            driver, Planes(x) * d.Blocks, x.Floats(), responses, dy.Floats(), dx.Target.Floats(), d, dx.Adds());
    }

    DeviceView<float> Responses(Tensor x, ResponseNormDims d)
    {
        DeviceView<float> responses = scratch.Take(ScratchUse.Map, x.Count);
        ResponseNormKernels.LaunchResponses(driver, Planes(x) * d.Blocks, x.Floats(), responses, d);
        return responses;
    }

    static int Planes(Tensor x) => x.Shape[0] * x.Shape[1];

    public void L2Normalize(Tensor x, Tensor y, Tensor norms, float epsilon) =>
        UnitRowKernels.LaunchForward(driver, x.Shape[0], x.Floats(), y.Floats(), norms.Floats(), x.Shape[1], epsilon);

    public void L2NormalizeBackward(Tensor y, Tensor norms, Tensor dy, Gradient dx, float epsilon)
    {
        if (dx.IsNeeded)
            UnitRowKernels.LaunchBackward(
                driver, y.Shape[0], y.Floats(), norms.Floats(), dy.Floats(), dx.Target.Floats(), y.Shape[1], epsilon,
                dx.Adds());
    }

    void Normalize(Tensor x, Tensor weight, Tensor bias, Tensor statistics, Tensor y, ChannelDims d, bool relu) =>
        BatchNormKernels.LaunchNormalize(
            driver, Planes(x) * d.Blocks, x.Floats(), weight.Floats(), bias.Floats(), statistics.Floats(),
            y.Floats(), d,
            relu ? 1 : 0);

    void Put(DeviceView<float> sums, Gradient gradient)
    {
        if (gradient.IsNeeded)
            ElementwiseKernels.LaunchAffine(driver, sums.Length, sums, gradient.Target.Floats(), 1, 0, gradient.Adds());
    }

    ChannelDims Dims(Tensor x) =>
        new(x.Shape[0], x.Shape[1], x.Shape.Product(2, x.Shape.Rank), plan.ElementsEach);

    ResponseNormDims Window(Tensor x, int size, float alpha, float beta, float k) =>
        new(x.Shape[1], x.Shape.Product(2, x.Shape.Rank), size, alpha, beta, k, plan.ElementsEach);
}
