using System.Text;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;

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
            : Convolution(ConvolutionTile.For(form), use);
        if (fault != "")
            warn($"{driver.Capabilities.Name}: {Words(use)} by the tile {form} of {compiler} are not to be trusted:"
                + $" {fault}. A plain form takes its place, which is slower");
        return known[(use, form)] = fault == "";
    }

    string Product(ProductTile tile) => Keep(tile.Source, () => tile.Try(driver));

    string Convolution(ConvolutionTile tile, TileUse use) => Keep(tile.Source(use), () => tile.Try(driver, use));

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
