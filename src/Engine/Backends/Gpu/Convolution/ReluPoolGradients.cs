using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>The gradients of convolution + bias + ReLU + 2 x 2 max pool on a GPU, from window to window.</summary>
sealed class ReluPoolGradients(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch)
{
    public void Run(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionShape shape)
    {
        var d = new ReluPoolGradientDims(
            shape.N, shape.C, shape.H, shape.W, shape.K, shape.R, shape.S, shape.P / 2, shape.Q / 2, shape.Top,
            shape.Left, shape.Top + shape.H + shape.Bottom, shape.Left + shape.W + shape.Right);
        if (plan.UsesPanels) Run<CpuLanes>(x, weight, index.Ints(), dy.Floats(), dx, dw, db, d);
        else Run<OneLane>(x, weight, index.Ints(), dy.Floats(), dx, dw, db, d);
    }

    void Run<TLanes>(
        Tensor x, Tensor weight, DeviceView<int> places, DeviceView<float> dy, Gradient dx, Gradient dw, Gradient db,
        ReluPoolGradientDims d)
        where TLanes : struct, ILanes
    {
        int parts = BatchParts.Count(d.Images);
        if (dw.IsNeeded)
        {
            DeviceView<float> map = PixelsFirst<TLanes>(x, d, copies: true);
            DeviceView<float> sums = scratch.Take(ScratchUse.Sums, (long)parts * weight.Count);
            int items = parts * d.K * d.R * Groups<TLanes>(d.S * d.C);
            ReluPoolGradientKernels.LaunchWeightParts<TLanes>(driver, items, map, places, dy, sums, d, parts);
            Sum(sums, dw, parts);
        }
        if (db.IsNeeded)
        {
            DeviceView<float> sums = scratch.Take(ScratchUse.Sums, (long)parts * d.K);
            ReluPoolGradientKernels.LaunchBiasParts(driver, parts * d.K, places, dy, sums, d, parts);
            Sum(sums, db, parts);
        }
        if (dx.IsNeeded)
        {
            DeviceView<float> taps = scratch.Take(ScratchUse.Weight, weight.Count);
            ReluPoolGradientKernels.LaunchChannelsLast(driver, weight.Items(), weight.Floats(), taps, d);
            DeviceView<float> map = PixelsFirst<TLanes>(dx.Target, d, dx.Accumulate);
            ReluPoolGradientKernels.LaunchInputLines<TLanes>(
                driver, d.Images * d.PaddedH * Groups<TLanes>(d.C), taps, places, dy, map, d);
            ReluPoolGradientKernels.LaunchChannelsFirst(
                driver, dx.Target.Items(), map, dx.Target.Floats(), d);
        }
    }

    /// <summary>
    /// The images with their padding, channels last, and zeros behind them for a vector that runs over.
    /// </summary>
    DeviceView<float> PixelsFirst<TLanes>(Tensor images, ReluPoolGradientDims d, bool copies)
        where TLanes : struct, ILanes
    {
        int pixels = KernelSize.Of((long)d.Images * d.PaddedH * d.PaddedW + KernelSize.Groups(TLanes.Count, d.C));
        DeviceView<float> map = scratch.Take(ScratchUse.Map, (long)pixels * d.C);
        ReluPoolGradientKernels.LaunchPixelsFirst(driver, pixels, images.Floats(), map, d, copies ? 1 : 0);
        return map;
    }

    void Sum(DeviceView<float> parts, Gradient sums, int count)
    {
        Tensor target = sums.Target!;
        int length = target.Items();
        ReluPoolGradientKernels.LaunchSumParts(driver, length, parts, target.Floats(), count, length, sums.Adds());
    }

    static int Groups<TLanes>(int count) where TLanes : struct, ILanes => KernelSize.Groups(count, TLanes.Count);
}
