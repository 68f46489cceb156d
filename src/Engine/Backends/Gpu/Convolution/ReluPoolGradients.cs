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
        // On a GPU an item takes one channel and reads the filters as they lie.
        (DeviceView<float> map, DeviceView<float> taps) = ChannelsLast(
            x, weight, d, ofImages: dw.IsNeeded, ofFilters: dx.IsNeeded && plan.UsesPanels);
        if (dw.IsNeeded || db.IsNeeded)
        {
            if (plan.UsesPanels) Filters<CpuLanes>(map, index.Ints(), dy.Floats(), dw, db, d);
            else Filters<GroupLanes>(map, index.Ints(), dy.Floats(), dw, db, d);
        }
        if (!dx.IsNeeded) return;
        if (plan.UsesPanels)
            ReluPoolGradientKernels.LaunchInputLines(
                driver, ReluPoolGradientKernels.LineGroups(d), taps, index.Ints(), dy.Floats(), dx.Target.Floats(), d,
                dx.Adds());
        else
            ReluPoolGradientKernels.LaunchInputPixels(
                driver, dx.Target.Items(), weight.Floats(), index.Ints(), dy.Floats(), dx.Target.Floats(), d,
                dx.Adds());
    }

    void Filters<TLanes>(
        DeviceView<float> map, DeviceView<int> places, DeviceView<float> dy, Gradient dw, Gradient db,
        ReluPoolGradientDims d) where TLanes : struct, ILanes
    {
        (int groups, int weights) = ReluPoolGradientKernels.FilterGroups<TLanes>(d, dw.IsNeeded, db.IsNeeded);
        ReluPoolSums sums = new(
            BatchParts.Count(d.Images), weights, db.IsNeeded ? d.K : 0, dw.Adds(), db.Adds());
        DeviceView<float> some = (dw.Target ?? db.Target!).Floats();
        ReluPoolGradientKernels.LaunchFilters<TLanes>(
            driver, groups, map, places, dy, dw.Target?.Floats() ?? some, db.Target?.Floats() ?? some, d, sums);
    }

    /// <summary>
    /// The images with their padding and the filters, channels last; zeros behind the images for a vector that runs
    /// over. Any memory in the place of what is not asked for.
    /// </summary>
    (DeviceView<float> Map, DeviceView<float> Taps) ChannelsLast(
        Tensor x, Tensor weight, ReluPoolGradientDims d, bool ofImages, bool ofFilters)
    {
        int slack = KernelSize.Groups(CpuLanes.Count, d.C);
        int pixels = ofImages ? KernelSize.Of((long)d.Images * d.PaddedH * d.PaddedW + slack) : 0;
        int filterTaps = ofFilters ? d.K * d.R * d.S : 0;
        DeviceView<float> map = scratch.Take(ScratchUse.Map, Math.Max(1, (long)pixels * d.C));
        DeviceView<float> taps = ofFilters ? scratch.Take(ScratchUse.Weight, weight.Count) : weight.Floats();
        if (pixels + filterTaps > 0)
            ReluPoolGradientKernels.LaunchChannelsLast(
                driver, KernelSize.Of((long)pixels + filterTaps), x.Floats(), map, weight.Floats(), taps, d, pixels);
        return (map, taps);
    }
}
