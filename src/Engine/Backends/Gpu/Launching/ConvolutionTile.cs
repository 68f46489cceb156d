using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Kernels.Launching;
using static TripletGpu.Backends.Gpu.Launching.KernelSize;

namespace TripletGpu.Backends.Gpu.Launching;

/// <summary>
/// A tile of convolutions, as <see cref="ProductTile"/> is one of matrices: its form, its kernels, their launches and
/// their trials.
/// </summary>
abstract class ConvolutionTile(ProductForm form)
{
    static readonly ConvolutionTile Small = new Tapped<Tile64x64>(ProductForm.Tile64x64);

    static readonly ConvolutionTile[] All =
    [
        Small,
        new Tapped<Quads64x64>(ProductForm.Quads64x64),
        new Tapped<Tile128x128>(ProductForm.Tile128x128),
        new Tapped<Tensor64x64>(ProductForm.Tensor64x64),
        new Of<Tensor128x128>(ProductForm.Tensor128x128),
        new Tapped<Bfloat64x64>(ProductForm.Bfloat64x64),
        new Of<Bfloat128x128>(ProductForm.Bfloat128x128),
    ];

    static readonly ConvolutionTile[] ByForm = [.. Enum.GetValues<ProductForm>().Select(
        form => Array.Find(All, tile => tile.Form == form) ?? Small)];

    /// <summary>The form.</summary>
    public ProductForm Form { get; } = form;

    /// <summary>The tile of a form; the small one for those that no convolution has.</summary>
    public static ConvolutionTile For(ProductForm form) => ByForm[(int)form];

    /// <summary>What takes the place of a form where filters, or maps, may be read 16 bytes at a time.</summary>
    public static ProductForm InQuads(ProductForm form) =>
        form == ProductForm.Tile64x64 ? ProductForm.Quads64x64 : form;

    /// <summary>The kernel of a use.</summary>
    public abstract KernelSource Source(TileUse use);

    /// <summary>
    /// Launches a convolution in parts of the depth, of so many terms each; see <see
    /// cref="ConvolutionKernels.Tiled{TTile}"/>.
    /// </summary>
    public abstract void Multiply(
        IGpuDriver driver, DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias,
        DeviceView<float> residual, DeviceView<float> y, ConvolutionShape d, ConvolutionTarget target, int parts,
        int each);

    /// <summary>
    /// Launches a gradient of filters in parts of the pixels, of so many each; see <see
    /// cref="ConvolutionKernels.BackwardWeight{TTile}"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">It is no <see cref="ITapTile"/>.</exception>
    public virtual void BackwardWeight(
        IGpuDriver driver, DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d,
        int parts, int each, int accumulate) => throw new NotSupportedException($"{Form} sums no gradients of filters");

    /// <summary>What is wrong with it on a device: <see cref="TileTrial{TTile}"/>.</summary>
    public abstract string Try(IGpuDriver driver, TileUse use);

    class Of<TTile>(ProductForm form) : ConvolutionTile(form) where TTile : struct, IConvolutionTile
    {
        public override KernelSource Source(TileUse use) => ConvolutionKernels.TiledSource<TTile>();

        public override void Multiply(
            IGpuDriver driver, DeviceView<float> x, DeviceView<float> weight, DeviceView<float> bias,
            DeviceView<float> residual, DeviceView<float> y, ConvolutionShape d, ConvolutionTarget target, int parts,
            int each) =>
            ConvolutionKernels.LaunchTiled<TTile>(
                driver, (Groups(d.N * d.Pixels, TTile.Size), Groups(d.K, TTile.Size), parts), x, weight, bias,
                residual, y, d, target, each);

        public override string Try(IGpuDriver driver, TileUse use) => TileTrial<TTile>.Convolution(
            driver, (x, w, y, d) =>
                Multiply(driver, x, w, y, y, y, d, ConvolutionTarget.All(d.P, d.Q), parts: 1, d.Taps));
    }

    sealed class Tapped<TTile>(ProductForm form) : Of<TTile>(form) where TTile : struct, ITapTile
    {
        public override KernelSource Source(TileUse use) => use == TileUse.FilterGradient
            ? ConvolutionKernels.BackwardWeightSource<TTile>() : base.Source(use);

        public override void BackwardWeight(
            IGpuDriver driver, DeviceView<float> x, DeviceView<float> dy, DeviceView<float> dw, ConvolutionShape d,
            int parts, int each, int accumulate) =>
            ConvolutionKernels.LaunchBackwardWeight<TTile>(
                driver, (Groups(d.Taps, TTile.Size), Groups(d.K, TTile.Size), parts), x, dy, dw, d, each, accumulate);

        public override string Try(IGpuDriver driver, TileUse use) => use == TileUse.FilterGradient
            ? TileTrial<TTile>.FilterGradient(
                driver, (x, dy, dw, d) => BackwardWeight(driver, x, dy, dw, d, parts: 1, d.N * d.Pixels, accumulate: 0))
            : base.Try(driver, use);
    }
}
