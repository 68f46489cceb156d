using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu;

/// <summary>Matrix products by the form that the plan chooses.</summary>
sealed class GpuProducts(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch)
{
    /// <summary>Columns rounded up to whole panels; every buffer may be read that far.</summary>
    public static int WholePanels(int columns) =>
        (columns + GemmPanelKernels.PanelN - 1) / GemmPanelKernels.PanelN * GemmPanelKernels.PanelN;

    /// <summary>Runs a batch of products; a B that is dense along its rows may be read in whole panels.</summary>
    public void Run(DeviceView<float> a, DeviceView<float> b, DeviceView<float> c, GemmDims d, int batch = 1)
    {
        ProductForm form = plan.Product(d.M, d.N, batch);
        if (form == ProductForm.Panels)
        {
            if (d.ColumnB != 1) (b, d) = DenseRows(b, d, batch);
            d = d with { ReadableB = WholePanels(d.N) };
            LaunchSize panels = (Groups(d.N, GemmPanelKernels.PanelN), Groups(d.M, GemmPanelKernels.PanelM), batch);
            GemmPanelKernels.LaunchMultiply(driver, panels, a, b, c, d);
        }
        else if (form == ProductForm.Tile128x64) Tiled<Tile128x64>(a, b, c, d, batch);
        else if (form == ProductForm.Tile64x64) Tiled<Tile64x64>(a, b, c, d, batch);
        else Tiled<Tile32x32>(a, b, c, d, batch);
    }

    void Tiled<TTile>(DeviceView<float> a, DeviceView<float> b, DeviceView<float> c, GemmDims d, int batch)
        where TTile : struct, ITile =>
        GemmKernels.LaunchTiled<TTile>(driver, (Groups(d.N, TTile.N), Groups(d.M, TTile.M), batch), a, b, c, d);

    /// <summary>A copy of a transposed B (N x K) as K x N.</summary>
    (DeviceView<float> B, GemmDims Dims) DenseRows(DeviceView<float> b, GemmDims d, int batch)
    {
        int stride = WholePanels(d.N);
        DeviceView<float> dense = scratch.Take(ScratchUse.Transposed, (long)batch * d.K * stride);
        TransposeKernels.LaunchTranspose(driver, (d.N, d.K, batch), b, dense, d.N, d.K, stride, accumulate: 0);
        return (dense, d with { RowB = stride, ColumnB = 1, BatchB = d.K * stride });
    }

    static int Groups(int count, int each) => (count + each - 1) / each;
}
