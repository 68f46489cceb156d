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
            : target with { Accumulate = 0, HasBias = 0, HasResidual = 0, Clips = 0 };
        ConvolutionTile.For(form).Multiply(driver, x, weight, bias, residual, sums, d, first, parts, each);
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
        int pixels = d.N * d.Pixels, each = Groups(Groups(pixels, parts), SharedTile.Depth) * SharedTile.Depth;
        parts = Groups(pixels, each);
        // Where one part is all, it is the result.
        DeviceView<float> sums = parts == 1 ? dw : scratch.Take(ScratchUse.Product, (long)parts * d.K * d.Taps);
        ConvolutionTile.For(form).BackwardWeight(driver, x, dy, sums, d, parts, each, parts == 1 ? accumulate : 0);
        if (parts > 1)
            ReductionKernels.LaunchSumByItem(
                driver, d.K * d.Taps, sums, dw, new(1, parts, d.K * d.Taps), 1, accumulate);
    }

    /// <summary>
    /// The form that reads filters, or maps, of a length 16 bytes at a time, where they begin at multiples of that.
    /// </summary>
    ProductForm InQuads(ProductForm form, TileUse use, DeviceView<float> rows, int length)
    {
        ProductForm quads = ConvolutionTile.InQuads(form);
        return StagedRows.TakesQuads(length) && rows.Offset % 4 == 0 && trials?.Passes(use, quads) != false
            ? quads : form;
    }
}
