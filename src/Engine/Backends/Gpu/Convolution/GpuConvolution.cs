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
sealed class GpuConvolution(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : IConvolution
{
    readonly ReluPoolGradients poolGradients = new(driver, plan, scratch);
    readonly IConvolutionProducts products = plan.UsesPanels
        ? new PanelConvolution(driver, plan, scratch) : new TiledConvolution(driver, plan, scratch);

    public void Forward(Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionDims dims,
        bool relu)
    {
        DeviceView<float> output = y.Floats();
        products.Multiply(
            x.Floats(), weight.Floats(), bias?.Floats() ?? output, residual?.Floats() ?? output, output, Shape(dims),
            ConvolutionTarget.All(dims.P, dims.Q) with
            {
                HasBias = bias is null ? 0 : 1,
                HasResidual = residual is null ? 0 : 1,
                Relu = relu ? 1 : 0,
            },
            dims.N);
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionDims dims)
    {
        if (dx.IsNeeded) BackwardInput(dy.Floats(), weight.Floats(), dx, Shape(dims), dims.N);
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionDims dims)
    {
        if (dw.IsNeeded)
            products.BackwardWeight(
                x.Floats(), dy.Floats(), dw.Target.Floats(), Shape(dims), dims.N, dw.Adds());
    }

    public void BackwardBias(Tensor dy, Gradient db, in ConvolutionDims dims)
    {
        if (db.IsNeeded) BackwardBias(dy.Floats(), db, Shape(dims), dims.N);
    }

    public void BackwardRelu(Tensor y, Tensor dy) =>
        ConvolutionKernels.LaunchCutRelu(driver, y.Items(), y.Floats(), dy.Floats());

    public void ForwardReluMaxPool(Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index,
        in ConvolutionDims dims)
    {
        ConvolutionShape d = Shape(dims);
        DeviceView<float> map = scratch.Take(ScratchUse.Map, (long)dims.N * d.K * d.P * d.Q);
        products.Multiply(
            x.Floats(), weight.Floats(), map, map, map, d, ConvolutionTarget.All(d.P, d.Q), dims.N);
        ReluPoolKernels.LaunchForward(
            driver, dims.N * d.K * (d.P / 2), map, bias.Floats(), y.Floats(), index.Ints(), Pool(d));
    }

    public void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionDims dims) =>
        poolGradients.Run(x, weight, index, dy, dx, dw, db, dims);

    void BackwardInput(DeviceView<float> dy, DeviceView<float> weight, Gradient dx, ConvolutionShape d, int images)
    {
        DeviceView<float> target = dx.Target!.Floats();
        foreach (ConvolutionPhase phase in ConvolutionPhase.Of(d, dx.Accumulate))
        {
            ConvolutionShape way = phase.Shape;
            DeviceView<float> flipped = scratch.Take(ScratchUse.Weight, Math.Max(1, (long)way.K * way.Taps));
            if (way.Taps > 0)
                ConvolutionKernels.LaunchFlipTaps(driver, (d.K, d.C), weight, flipped, d, phase.Taps);
            products.Multiply(dy, flipped, target, target, target, way, phase.Target, images);
        }
    }

    void BackwardBias(DeviceView<float> dy, Gradient db, ConvolutionShape d, int images)
    {
        DeviceView<float> sums = scratch.Take(ScratchUse.Sums, (long)images * d.K);
        ReductionKernels.LaunchSumByItem(driver, images * d.K, dy, sums, new(images * d.K, d.P * d.Q, 1), 1, 0);
        ReductionKernels.LaunchSumByItem(driver, d.K, sums, db.Target!.Floats(), new(1, images, d.K), 1, db.Adds());
    }

    static ConvolutionShape Shape(in ConvolutionDims d)
    {
        ConvolutionGeometry g = d.Geometry;
        return new(
            d.C, d.H, d.W, d.K, d.R, d.S, d.P, d.Q, g.StrideH, g.StrideW, g.PaddingTop, g.PaddingLeft,
            g.DilationH, g.DilationW);
    }

    static ReluPoolDims Pool(ConvolutionShape d) => new(d.K, d.P, d.Q, d.P / 2, d.Q / 2);
}
