using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Reductions;
using static TripletGpu.Backends.Gpu.Launching.KernelSize;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>
/// Convolutions on a GPU: tiles in shared memory, of the size that the plan chooses. In panels, slow on a GPU, where
/// trials find a tile wrong, and with filters of more lines that meet padding than <see cref="Sight"/> knows of.
/// </summary>
sealed class TiledConvolution(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch, TileTrials? trials)
    : IConvolutionProducts
{
    readonly PanelConvolution panels = new(driver, plan, scratch);

    public bool TakesAnyLayout => false;

    public void Multiply(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias, DeviceView<float> residual,
        DeviceView<float> y, ConvolutionShape d, FilterLayout filters, ConvolutionTarget target)
    {
        long results = (long)d.N * d.K * target.H * target.W;
        (ProductForm form, int parts) = plan.ProductInParts(d.K, d.N * d.Pixels, d.Taps, results);
        form = InQuads(form, TileUse.Convolution, weight, d.Taps);
        if (!Sight.Holds(d) || trials?.Passes(TileUse.Convolution, form) == false)
        {
            panels.Multiply(x, weight, bias, residual, y, d, filters, target);
            return;
        }
        int each = Math.Max(1, Groups(Groups(d.Taps, parts), SharedTile.Depth) * SharedTile.Depth);
        parts = Math.Max(1, Groups(d.Taps, each));
        DeviceView<float> sums = parts == 1 ? y : scratch.Take(ScratchUse.Product, parts * results);
        ConvolutionTarget first = parts == 1 ? target
            : target with { Accumulate = 0, HasBias = 0, HasResidual = 0, Relu = 0 };
        switch (form)
        {
            case ProductForm.Tile128x128:
                Multiply<Tile128x128>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
            case ProductForm.Tensor128x128:
                Multiply<Tensor128x128>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
            case ProductForm.Tensor64x64:
                Multiply<Tensor64x64>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
            case ProductForm.Bfloat128x128:
                Multiply<Bfloat128x128>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
            case ProductForm.Bfloat64x64:
                Multiply<Bfloat64x64>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
            case ProductForm.Quads64x64:
                Multiply<Quads64x64>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
            default:
                Multiply<Tile64x64>(x, weight, bias, residual, sums, d, first, parts, each);
                break;
        }
        if (parts > 1)
            ConvolutionKernels.LaunchSumParts(
                driver, d.N * d.K * d.Pixels, sums, bias, residual, y, d, target, parts);
    }

    public void BackwardWeight(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int accumulate)
    {
        (ProductForm form, int parts) = plan.ProductInParts(
            d.K, d.Taps, d.N * d.Pixels, (long)d.K * d.Taps, TileUse.FilterGradient);
        form = InQuads(form, TileUse.FilterGradient, dy, d.Pixels);
        if (!Sight.Holds(d) || trials?.Passes(TileUse.FilterGradient, form) == false)
        {
            panels.BackwardWeight(x, dy, dw, d, accumulate);
            return;
        }
        switch (form)
        {
            case ProductForm.Tile128x128: BackwardWeight<Tile128x128>(x, dy, dw, d, parts, accumulate); break;
            case ProductForm.Tensor64x64: BackwardWeight<Tensor64x64>(x, dy, dw, d, parts, accumulate); break;
            case ProductForm.Bfloat64x64: BackwardWeight<Bfloat64x64>(x, dy, dw, d, parts, accumulate); break;
            case ProductForm.Quads64x64: BackwardWeight<Quads64x64>(x, dy, dw, d, parts, accumulate); break;
            default: BackwardWeight<Tile64x64>(x, dy, dw, d, parts, accumulate); break;
        }
    }

    /// <summary>
    /// The form that reads filters, or maps, of a length 16 bytes at a time, where they begin at multiples of that.
    /// </summary>
    ProductForm InQuads(ProductForm form, TileUse use, DeviceView<float> rows, int length) =>
        form == ProductForm.Tile64x64 && StagedRows.TakesQuads(length) && rows.Offset % 4 == 0
            && trials?.Passes(use, ProductForm.Quads64x64) != false ? ProductForm.Quads64x64 : form;

    void Multiply<TTile>(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias, DeviceView<float> residual,
        DeviceView<float> y, ConvolutionShape d, ConvolutionTarget target, int parts, int each)
        where TTile : struct, IConvolutionTile =>
        ConvolutionKernels.LaunchTiled<TTile>(
            driver, (Groups(d.N * d.Pixels, TTile.Size), Groups(d.K, TTile.Size), parts), x, weight, bias, residual,
            y, d, target, each);

    /// <summary>Where one part is all, it is the result.</summary>
    void BackwardWeight<TTile>(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int wanted, int accumulate)
        where TTile : struct, ITapTile
    {
        int pixels = d.N * d.Pixels, across = Groups(d.Taps, TTile.Size), down = Groups(d.K, TTile.Size);
        int each = Groups(Groups(pixels, wanted), SharedTile.Depth) * SharedTile.Depth, parts = Groups(pixels, each);
        DeviceView<float> sums = parts == 1 ? dw : scratch.Take(ScratchUse.Product, (long)parts * d.K * d.Taps);
        ConvolutionKernels.LaunchBackwardWeight<TTile>(
            driver, (across, down, parts), x, dy, sums, d, each, parts == 1 ? accumulate : 0);
        if (parts > 1)
            ReductionKernels.LaunchSumByItem(
                driver, d.K * d.Taps, sums, dw, new(1, parts, d.K * d.Taps), 1, accumulate);
    }
}
