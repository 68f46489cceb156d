using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>
/// A tile of matrix products: its form, what it asks of matrices, its launch and its trial. One table of them is read
/// by whoever chooses, launches or tries one.
/// </summary>
/// <param name="form">The form.</param>
/// <param name="plain">What it takes the place of where matrices allow: itself, or a tile that asks nothing.</param>
abstract class ProductTile(ProductForm form, ProductForm plain)
{
    // Those that ask more of matrices come first.
    static readonly ProductTile[] All =
    [
        new Of<TileNT64x64>(ProductForm.TileNT64x64, ProductForm.Tile64x64),
        new Of<TileNN64x64>(ProductForm.TileNN64x64, ProductForm.Tile64x64),
        new Of<TileTN64x64>(ProductForm.TileTN64x64, ProductForm.Tile64x64),
        new Of<Fours64x64>(ProductForm.Fours64x64, ProductForm.Tile64x64),
        new Of<Tile64x64>(ProductForm.Tile64x64, ProductForm.Tile64x64),
        new Of<TileNT128x128>(ProductForm.TileNT128x128, ProductForm.Tile128x128),
        new Of<TileNN128x128>(ProductForm.TileNN128x128, ProductForm.Tile128x128),
        new Of<TileTN128x128>(ProductForm.TileTN128x128, ProductForm.Tile128x128),
        new Of<Fours128x128>(ProductForm.Fours128x128, ProductForm.Tile128x128),
        new Of<Tile128x128>(ProductForm.Tile128x128, ProductForm.Tile128x128),
        new Of<Tensor64x64>(ProductForm.Tensor64x64, ProductForm.Tensor64x64),
        new Of<Tensor128x128>(ProductForm.Tensor128x128, ProductForm.Tensor128x128),
        new Of<Bfloat64x64>(ProductForm.Bfloat64x64, ProductForm.Bfloat64x64),
        new Of<Bfloat128x128>(ProductForm.Bfloat128x128, ProductForm.Bfloat128x128),
    ];

    static readonly ProductTile[] ByForm = [.. Enum.GetValues<ProductForm>().Select(
        form => Find(form) ?? Find(ProductForm.Tile64x64)!)];

    /// <summary>The form.</summary>
    public ProductForm Form { get; } = form;

    /// <summary>The kernel.</summary>
    public abstract KernelSource Source { get; }

    /// <summary>The tile of a form; the small one for those that no product has, in quads.</summary>
    public static ProductTile For(ProductForm form) => ByForm[(int)form];

    /// <summary>What takes the place of a form for matrices that may be staged so; else that one itself.</summary>
    public static ProductForm Staged(ProductForm form, int rows, int columns)
    {
        foreach (ProductTile tile in All)
            if (tile.IsFor(form, rows, columns)) return tile.Form;
        return form;
    }

    /// <summary>Launches it for a batch of products.</summary>
    public abstract void Launch(
        IGpuDriver driver, DeviceView<float> a, DeviceView<float> b, DeviceView<float> bias, DeviceView<float> c,
        GemmDims d, int batch);

    /// <summary>What is wrong with it on a device: <see cref="TileTrial{TTile}.Product"/>.</summary>
    public abstract string Try(IGpuDriver driver);

    /// <summary>How it stages the rows of A and the columns of B: a <see cref="Staging"/> each.</summary>
    protected abstract (int Rows, int Columns) Stages { get; }

    static ProductTile? Find(ProductForm form) => Array.Find(All, tile => tile.Form == form);

    bool IsFor(ProductForm form, int rows, int columns) =>
        plain == form && Suits(Stages.Rows, rows) && Suits(Stages.Columns, columns);

    static bool Suits(int staging, int lie) =>
        staging == Staging.Apart || lie == (Staging.IsAlongK(staging) ? Staging.Quads : staging);

    sealed class Of<TTile>(ProductForm form, ProductForm plain) : ProductTile(form, plain)
        where TTile : struct, IProductTile
    {
        public override KernelSource Source => GemmKernels.TiledSource<TTile>();

        protected override (int Rows, int Columns) Stages => (TTile.RowStaging, TTile.ColumnStaging);

        public override void Launch(
            IGpuDriver driver, DeviceView<float> a, DeviceView<float> b, DeviceView<float> bias, DeviceView<float> c,
            GemmDims d, int batch) =>
            GemmKernels.LaunchTiled<TTile>(
                driver, (KernelSize.Groups(d.N, TTile.Size), KernelSize.Groups(d.M, TTile.Size), batch), a, b, bias, c,
                d);

        public override string Try(IGpuDriver driver) => TileTrial<TTile>.Product(
            driver, (groups, a, b, c, d) => GemmKernels.LaunchTiled<TTile>(driver, groups, a, b, c, c, d));
    }
}
