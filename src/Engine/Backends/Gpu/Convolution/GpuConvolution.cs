using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>
/// Convolutions on a GPU as implicit matrix products. The way back to the input is a convolution too, of the output's
/// gradient with the taps in reverse order.
/// </summary>
sealed class GpuConvolution(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch, TileTrials? trials)
    : IConvolution
{
    readonly ReluPoolGradients poolGradients = new(driver, plan, scratch);
    readonly IConvolutionProducts products = plan.UsesPanels
        ? new PanelConvolution(driver, plan, scratch) : new TiledConvolution(driver, plan, scratch, trials);

    public void Forward(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionShape d,
        ClipRange clip)
    {
        DeviceView<float> output = y.Floats();
        products.Multiply(
            x.Floats(), weight.Floats(), bias?.Floats() ?? output, residual?.Floats() ?? output, output, d,
            FilterLayout.Of(d), ConvolutionTarget.All(d.P, d.Q) with
            {
                HasBias = bias is null ? 0 : 1,
                HasResidual = residual is null ? 0 : 1,
                Clips = clip.IsNone ? 0 : 1,
                Low = clip.Low,
                High = clip.High,
            });
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionShape d)
    {
        if (dx.IsNeeded) BackwardInput(dy.Floats(), weight.Floats(), dx, d);
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionShape d)
    {
        if (dw.IsNeeded)
            products.BackwardWeight(
                x.Floats(), dy.Floats(), dw.Target.Floats(), d, dw.Adds());
    }

    public void BackwardBias(Tensor dy, Gradient db, in ConvolutionShape d)
    {
        if (db.IsNeeded) BackwardBias(dy.Floats(), db, d);
    }

    public void Depthwise(Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionShape d, ClipRange clip)
    {
        DeviceView<float> output = y.Floats();
        DepthwiseKernels.LaunchForward(
            driver, y.Items(), x.Floats(), weight.Floats(), bias?.Floats() ?? output, output, d, bias is null ? 0 : 1,
            clip.Low, clip.High);
    }

    public void DepthwiseBackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionShape d)
    {
        if (dx.IsNeeded)
            DepthwiseKernels.LaunchBackwardInput(
                driver, dx.Target.Items(), dy.Floats(), weight.Floats(), dx.Target.Floats(), d, dx.Adds());
    }

    public void DepthwiseBackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionShape d)
    {
        if (dw.IsNeeded)
            DepthwiseKernels.LaunchBackwardWeight(
                driver, dw.Target.Items(), x.Floats(), dy.Floats(), dw.Target.Floats(), d, dw.Adds());
    }

    public void BackwardRelu(Tensor y, Tensor dy) =>
        ConvolutionKernels.LaunchCutRelu(driver, y.Items(), y.Floats(), dy.Floats());

    public void ForwardReluMaxPool(Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index,
        in ConvolutionShape d)
    {
        DeviceView<float> map = scratch.Take(ScratchUse.Map, (long)d.N * d.K * d.P * d.Q);
        products.Multiply(
            x.Floats(), weight.Floats(), map, map, map, d, FilterLayout.Of(d), ConvolutionTarget.All(d.P, d.Q));
        ReluPoolKernels.LaunchForward(
            driver, d.N * d.K * (d.P / 2), map, bias.Floats(), y.Floats(), index.Ints(), Pool(d));
    }

    public void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionShape d) =>
        poolGradients.Run(x, weight, index, dy, dx, dw, db, d);

    void BackwardInput(DeviceView<float> dy, DeviceView<float> weight, Gradient dx, ConvolutionShape d)
    {
        DeviceView<float> target = dx.Target!.Floats();
        foreach (ConvolutionPhase phase in ConvolutionPhase.Of(d, dx.Accumulate))
        {
            ConvolutionShape way = phase.Shape;
            FilterLayout layout = FilterLayout.Of(way);
            DeviceView<float> filters = weight;
            if (way.Taps > 0 && phase.TakesAllTaps(d) && products.TakesAnyLayout) layout = FilterLayout.Reversed(d);
            else if (way.Taps > 0)
            {
                filters = scratch.Take(ScratchUse.Weight, (long)way.K * way.Taps);
                ConvolutionKernels.LaunchFlipTaps(driver, (d.K, d.C), weight, filters, d, phase.Taps);
            }
            products.Multiply(dy, filters, target, target, target, way, layout, phase.Target);
        }
    }

    void BackwardBias(DeviceView<float> dy, Gradient db, ConvolutionShape d)
    {
        DeviceView<float> sums = scratch.Take(ScratchUse.Sums, (long)d.N * d.K);
        ReductionKernels.LaunchSumByItem(driver, d.N * d.K, dy, sums, new(d.N * d.K, d.P * d.Q, 1), 1, 0);
        ReductionKernels.LaunchSumByItem(driver, d.K, sums, db.Target!.Floats(), new(1, d.N, d.K), 1, db.Adds());
    }

    static ReluPoolDims Pool(ConvolutionShape d) => new(d.K, d.P, d.Q, d.P / 2, d.Q / 2);
}
