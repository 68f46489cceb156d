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
        DeviceView<float> packed = scratch.Take<float>(ScratchUse.Packed, Length(d, n));
        GemmPanelKernels.LaunchPack(
            driver, (GemmPanelKernels.PackBlocks(d), Panels(n)), rows.Floats(), packed,
            GemmDims.Of(1, n, d, transposeB: true));
        return packed;
    }

    /// <summary>Panels that hold some columns.</summary>
    public static int Panels(int columns) => KernelSize.Groups(columns, PanelTile.Columns);

    /// <summary>Elements of a packed K x N.</summary>
    public static long Length(int k, int n) => (long)k * Panels(n) * PanelTile.Columns;
}
