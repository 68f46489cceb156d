using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;
using static TripletGpu.Backends.Gpu.Launching.KernelSize;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>Convolutions on a GPU: tiles in shared memory, of the size that the plan chooses.</summary>
sealed class TiledConvolution(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : IConvolutionProducts
{
    public void Multiply(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias, DeviceView<float> residual,
        DeviceView<float> y, ConvolutionShape d, ConvolutionTarget target, int images)
    {
        switch (plan.Product(d.K, images * d.Pixels, 1))
        {
            case ProductForm.Tile128x128: Multiply<Tile128x128>(x, weight, bias, residual, y, d, target, images); break;
            case ProductForm.Tile64x64: Multiply<Tile64x64>(x, weight, bias, residual, y, d, target, images); break;
            default: Multiply<Tile32x32>(x, weight, bias, residual, y, d, target, images); break;
        }
    }

    public void BackwardWeight(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int images, int accumulate)
    {
        switch (plan.Product(d.K, d.Taps, 1))
        {
            case ProductForm.Tile128x128: BackwardWeight<Tile128x128>(x, dy, dw, d, images, accumulate); break;
            case ProductForm.Tile64x64: BackwardWeight<Tile64x64>(x, dy, dw, d, images, accumulate); break;
            default: BackwardWeight<Tile32x32>(x, dy, dw, d, images, accumulate); break;
        }
    }

    void Multiply<TTile>(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias, DeviceView<float> residual,
        DeviceView<float> y, ConvolutionShape d, ConvolutionTarget target, int images)
        where TTile : struct, ITile =>
        ConvolutionKernels.LaunchTiled<TTile>(
            driver, (Groups(images * d.Pixels, TTile.Size), Groups(d.K, TTile.Size)), x, weight, bias, residual, y, d,
            target, images);

    /// <summary>Where one part is all, it is the result.</summary>
    void BackwardWeight<TTile>(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int images, int accumulate)
        where TTile : struct, ITile
    {
        int pixels = images * d.Pixels, across = Groups(d.Taps, TTile.Size), down = Groups(d.K, TTile.Size);
        int each = Groups(pixels, plan.Parts(across * down, pixels)), parts = Groups(pixels, each);
        DeviceView<float> sums = parts == 1 ? dw : scratch.Take(ScratchUse.Product, (long)parts * d.K * d.Taps);
        ConvolutionKernels.LaunchBackwardWeight<TTile>(
            driver, (across, down, parts), x, dy, sums, d, images, each, parts == 1 ? accumulate : 0);
        if (parts > 1)
            ReductionKernels.LaunchSumByItem(
                driver, d.K * d.Taps, sums, dw, new(1, parts, d.K * d.Taps), 1, accumulate);
    }
}
