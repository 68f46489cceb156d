using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu;

/// <summary>Matrix products by the form that the plan chooses, in panels where trials find that one wrong.</summary>
sealed class GpuProducts(IGpuDriver driver, LaunchPlan plan, GpuScratch scratch, TileTrials? trials)
{
    /// <summary>Panels that hold some columns.</summary>
    public static int Panels(int columns) => KernelSize.Groups(columns, PanelTile.Columns);

    /// <summary>Elements of a packed K x N.</summary>
    public static long PackedLength(int k, int n) => (long)k * Panels(n) * PanelTile.Columns;

    /// <summary>Runs a product in blocks of its depth, each added to the ones before.</summary>
    public void RunInBlocks(DeviceView<float> a, DeviceView<float> b, DeviceView<float> c, GemmDims d)
    {
        for (int block = 0; block < DepthBlocks.Count(d.K); block++)
        {
            int from = DepthBlocks.Start(d.K, block), to = DepthBlocks.Start(d.K, block + 1);
            Run(
                a.Slice(from * d.ColumnA, a.Length - from * d.ColumnA),
                b.Slice(from * d.RowB, b.Length - from * d.RowB), c,
                d with { K = to - from, Accumulate = block > 0 ? 1 : d.Accumulate });
        }
    }

    /// <summary>Runs a batch of products.</summary>
    public void Run(DeviceView<float> a, DeviceView<float> b, DeviceView<float> c, GemmDims d, int batch = 1)
    {
        ProductForm form = plan.Product(d.M, d.N, d.K, batch);
        if (trials?.Passes(TileUse.Product, form) == false) form = ProductForm.Panels;
        switch (form)
        {
            case ProductForm.Panels:
                DeviceView<float> packed = scratch.Take(ScratchUse.Packed, batch * PackedLength(d.K, d.N));
                int panels = Panels(d.N);
                GemmPanelKernels.LaunchPack(
                    driver, (GemmPanelKernels.PackBlocks(d.K), panels, batch), b, packed, d, panels);
                RunPacked(a, packed, c, d, batch);
                break;
            case ProductForm.Tile128x128: Tiled<Tile128x128>(a, b, c, d, batch); break;
            case ProductForm.Tensor128x128: Tiled<Tensor128x128>(a, b, c, d, batch); break;
            case ProductForm.Tensor64x64: Tiled<Tensor64x64>(a, b, c, d, batch); break;
            default: Tiled<Tile64x64>(a, b, c, d, batch); break;
        }
    }

    /// <summary>
    /// Runs a batch of products whose second operands are packed in panels; strides of B do not matter.
    /// </summary>
    public void RunPacked(DeviceView<float> a, DeviceView<float> packed, DeviceView<float> c, GemmDims d, int batch) =>
        GemmPanelKernels.LaunchMultiply(
            driver, (KernelSize.Groups(d.M, PanelTile.Rows), Panels(d.N), batch), a, packed, c, d);

    void Tiled<TTile>(DeviceView<float> a, DeviceView<float> b, DeviceView<float> c, GemmDims d, int batch)
        where TTile : struct, ITile =>
        GemmKernels.LaunchTiled<TTile>(
            driver, (KernelSize.Groups(d.N, TTile.Size), KernelSize.Groups(d.M, TTile.Size), batch), a, b, c, d);
}
