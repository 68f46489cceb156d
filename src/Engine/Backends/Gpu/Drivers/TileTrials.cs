using System.Text;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Gpu.Drivers;

/// <summary>
/// Tries each tile before it first multiplies anything on a device: a compiler or a card that nobody has met may get
/// one wrong, and nobody should train on it. A wrong one is told of in a line, and products take the plain form in its
/// place. What came out is kept on disk for the device, its driver, the compiler and the kernel's text, so that it
/// costs a small launch once; commands that multiply nothing try nothing.
/// </summary>
/// <param name="driver">The device's driver.</param>
/// <param name="compiler">What compiles for it, with its version.</param>
/// <param name="warn">Told of a tile that is wrong, in one line.</param>
/// <param name="folder">Where results are kept; null for the user's cache.</param>
/// <param name="isAnew">Whether each is tried even where a result is kept.</param>
public sealed class TileTrials(
    IGpuDriver driver, string compiler, Action<string> warn, string? folder = null, bool isAnew = false)
{
    readonly ProgramCache kept = new(folder ?? ProgramCache.DefaultFolder("tiles"));
    readonly Dictionary<(TileUse Use, ProductForm Form), bool> known = [];

    /// <summary>Whether the device computes rightly in a tile. Panels, the plain form, are taken to.</summary>
    public bool Passes(TileUse use, ProductForm form)
    {
        if (form == ProductForm.Panels) return true;
        if (known.TryGetValue((use, form), out bool passes)) return passes;
        string fault = use == TileUse.Product ? Product(ProductTile.For(form))
        : form switch
        {
            ProductForm.Tile128x128 => HoldingTaps<Tile128x128>(use),
            ProductForm.Tile64x64 => HoldingTaps<Tile64x64>(use),
            ProductForm.Quads64x64 => HoldingTaps<Quads64x64>(use),
            ProductForm.Tensor64x64 => HoldingTaps<Tensor64x64>(use),
            ProductForm.Bfloat64x64 => HoldingTaps<Bfloat64x64>(use),
            ProductForm.Bfloat128x128 => Convolution<Bfloat128x128>(),
            _ => Convolution<Tensor128x128>(),
        };
        if (fault != "")
            warn($"{driver.Capabilities.Name}: {Words(use)} by the tile {form} of {compiler} are not to be trusted:"
                + $" {fault}. A plain form takes its place, which is slower");
        return known[(use, form)] = fault == "";
    }

    string Product(ProductTile tile) => Keep(tile.Source, () => tile.Try(driver));

    string HoldingTaps<TTile>(TileUse use) where TTile : struct, ITapTile => use == TileUse.Convolution
        ? Convolution<TTile>()
        : Keep(ConvolutionKernels.BackwardWeightSource<TTile>(), () => TileTrial<TTile>.FilterGradient(
            driver, (groups, x, dy, dw, d) => ConvolutionKernels.LaunchBackwardWeight<TTile>(
                driver, groups, x, dy, dw, d, d.N * d.Pixels, 0)));

    string Convolution<TTile>() where TTile : struct, IConvolutionTile => Keep(
        ConvolutionKernels.TiledSource<TTile>(), () => TileTrial<TTile>.Convolution(
            driver, (groups, x, w, y, d) => ConvolutionKernels.LaunchTiled<TTile>(
                driver, groups, x, w, y, y, y, d, ConvolutionTarget.All(d.P, d.Q), d.Taps)));

    /// <summary>The result on disk, or that of a trial.</summary>
    string Keep(KernelSource kernel, Func<string> attempt)
    {
        string key = ProgramCache.KeyOf(driver.Capabilities.Name, driver.Capabilities.Driver, compiler, kernel.Body);
        if (!isAnew && kept.Read(key) is { } found) return Encoding.UTF8.GetString(found);
        string fault;
        try
        {
            fault = attempt();
        }
        catch (DriverException exception)
        {
            // Not kept: a compiler that is missing today may be there tomorrow.
            return exception.Message.ReplaceLineEndings(" ");
        }
        kept.Write(key, Encoding.UTF8.GetBytes(fault));
        return fault;
    }

    static string Words(TileUse use) => use switch
    {
        TileUse.Product => "products",
        TileUse.Convolution => "convolutions",
        _ => "gradients of filters",
    };
}
