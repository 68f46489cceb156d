using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using static TripletGpu.Backends.Gpu.Launching.KernelSize;

namespace TripletGpu.Backends.Gpu.Convolution;

/// <summary>Convolutions on a device that is a CPU: one item gathers and multiplies, in its core's cache.</summary>
sealed class PanelConvolution(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch) : IConvolutionProducts
{
    public bool TakesAnyLayout => true;

    public void Multiply(
        DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias, DeviceView<float> residual,
        DeviceView<float> y, ConvolutionShape d, FilterLayout filters, ConvolutionTarget target)
    {
        plan.TellPanels(d.K, d.N * d.Pixels, d.Taps);
        int panels = Groups(d.N * d.Pixels, PanelTile.Columns), each = plan.RowsEach(panels, d.K);
        ConvolutionPanelKernels.LaunchMultiply(
            driver, (panels, Groups(d.K, each)), x, weight, bias, residual, y, d, filters,
            target, each);
    }

    public void BackwardWeight(
        DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d, int accumulate)
    {
        plan.TellPanels(d.K, d.Taps, d.N * d.Pixels);
        int pixels = d.N * d.Pixels, panels = Groups(d.K, PanelTile.Columns);
        int filters = panels * PanelTile.Columns;
        int blocks = Groups(d.Taps, ConvolutionPanelKernels.WeightTaps);
        int each = Groups(Groups(pixels, plan.PanelParts(blocks, pixels)), ConvolutionPanelKernels.WeightPixels)
            * ConvolutionPanelKernels.WeightPixels;
        int parts = Groups(pixels, each);
        DeviceView<float> packed = scratch.Take(ScratchUse.Packed, (long)filters * pixels);
        DeviceView<float> sums = scratch.Take(ScratchUse.Product, (long)parts * d.Taps * filters);
        ConvolutionPanelKernels.LaunchPackGradient(
            driver, (Groups(d.Pixels, ConvolutionPanelKernels.PackPixels), panels, d.N), dy, packed, d);
        ConvolutionPanelKernels.LaunchBackwardWeight(driver, (blocks, parts), x, packed, sums, d, each);
        ConvolutionPanelKernels.LaunchSumParts(
            driver, (d.Taps, Groups(d.K, Lanes16.Count)), sums, dw, d.K, d.Taps, parts, accumulate);
    }
}
