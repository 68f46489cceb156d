using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.MetricLearning;

/// <summary>Rows in panels of 32, as distance kernels read them.</summary>
static class PackedRows
{
    /// <summary>
    /// Packs N rows of D elements into scratch memory, zeros in the place of what fills up the last panel.
    /// </summary>
    public static DeviceView<float> Of(Tensor rows, IGpuDriver driver, GpuScratch scratch)
    {
        (int n, int d) = (rows.Shape[0], rows.Shape[1]);
        DeviceView<float> packed = scratch.Take<float>(ScratchUse.Packed, GpuProducts.PackedLength(d, n));
        int panels = GpuProducts.Panels(n);
        GemmPanelKernels.LaunchPack(
            driver, (GemmPanelKernels.PackBlocks(d), panels), rows.Floats(), packed,
            GemmDims.Of(1, n, d, transposeB: true), panels);
        return packed;
    }
}
