using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Backends.Gpu.MetricLearning;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu;

/// <summary>Matrix products by the form that the plan chooses, in panels where trials find that one wrong.</summary>
sealed class GpuProducts(IGpuDriver driver, LaunchPlan plan, TileTrials? trials)
{
    /// <summary>Runs a batch of products, each added to a bias of its columns if there is one.</summary>
    public void Run(
        DeviceView<float> a, DeviceView<float> b, DeviceView<float>? bias, DeviceView<float> c, GemmDims d,
        int batch = 1)
    {
        if (bias is not null) d = d with { HasBias = 1 };
        DeviceView<float> shift = bias ?? c;
        ProductForm form = plan.Product(d.M, d.N, d.K, batch);
        ProductForm staged = LaunchPlan.Staged(
            form, a.Offset % 4 == 0 ? d.Rows : Staging.Apart, b.Offset % 4 == 0 ? d.Columns : Staging.Apart);
        if (trials?.Passes(TileUse.Product, staged) != false) form = staged;
        else if (!trials.Passes(TileUse.Product, form)) form = ProductForm.Panels;
        switch (form)
        {
            case ProductForm.Panels:
                int panels = PackedRows.Panels(d.N), panelsEach = plan.PanelsEach(panels * batch);
                int each = plan.ProductRowsEach(panels * batch, d.M);
                GemmPanelKernels.LaunchMultiply(
                    driver, (KernelSize.Groups(d.M, each), KernelSize.Groups(panels, panelsEach), batch), a, b, shift,
                    c, d, each, panelsEach);
                break;
            case ProductForm.Tile128x128: Tiled<Tile128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.Fours128x128: Tiled<Fours128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.Fours64x64: Tiled<Fours64x64>(a, b, shift, c, d, batch); break;
            case ProductForm.TileTN128x128: Tiled<TileTN128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.TileTN64x64: Tiled<TileTN64x64>(a, b, shift, c, d, batch); break;
            case ProductForm.TileNN128x128: Tiled<TileNN128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.TileNN64x64: Tiled<TileNN64x64>(a, b, shift, c, d, batch); break;
            case ProductForm.TileNT128x128: Tiled<TileNT128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.TileNT64x64: Tiled<TileNT64x64>(a, b, shift, c, d, batch); break;
            case ProductForm.Tensor128x128: Tiled<Tensor128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.Tensor64x64: Tiled<Tensor64x64>(a, b, shift, c, d, batch); break;
            case ProductForm.Bfloat128x128: Tiled<Bfloat128x128>(a, b, shift, c, d, batch); break;
            case ProductForm.Bfloat64x64: Tiled<Bfloat64x64>(a, b, shift, c, d, batch); break;
            default: Tiled<Tile64x64>(a, b, shift, c, d, batch); break;
        }
    }

    void Tiled<TTile>(
        DeviceView<float> a, DeviceView<float> b, DeviceView<float> bias, DeviceView<float> c, GemmDims d, int batch)
        where TTile : struct, IProductTile =>
        GemmKernels.LaunchTiled<TTile>(
            driver, (KernelSize.Groups(d.N, TTile.Size), KernelSize.Groups(d.M, TTile.Size), batch), a, b, bias, c, d);
}
