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
        if (form != ProductForm.Panels)
        {
            ProductTile.For(form).Launch(driver, a, b, shift, c, d, batch);
            return;
        }
        int panels = PackedRows.Panels(d.N), panelsEach = plan.PanelsEach(panels * batch);
        int each = plan.ProductRowsEach(panels * batch, d.M);
        GemmPanelKernels.LaunchMultiply(
            driver, (KernelSize.Groups(d.M, each), KernelSize.Groups(panels, panelsEach), batch), a, b, shift, c, d,
            each, panelsEach);
    }
}
