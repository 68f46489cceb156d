using System.Globalization;
using TripletGpu.Backends.Gpu;
using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels;
using TripletGpu.Models;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>What <c>--tile</c> takes: <c>128x128x8</c>, rows and columns of a tile and its steps along the
/// depth.</summary>
static class TileWord
{
    // The forms are in the order of their precisions.
    static readonly (string Word, ProductForm[] Forms)[] All =
    [
        ("64x64x8", [ProductForm.Tile64x64, ProductForm.Tensor64x64, ProductForm.Bfloat64x64]),
        ("128x128x8", [ProductForm.Tile128x128, ProductForm.Tensor128x128, ProductForm.Bfloat128x128]),
    ];

    /// <summary>The words.</summary>
    public static string[] Words => [.. All.Select(tile => tile.Word)];

    /// <summary>The word of a form.</summary>
    public static string Of(ProductForm form)
    {
        if (form == ProductForm.Panels) return "panels of 8x32";
        (string word, ProductForm[] forms) = Named(form);
        return (MatrixPrecision)Array.IndexOf(forms, form) switch
        {
            MatrixPrecision.Float32 => word,
            MatrixPrecision.Tf32 => $"{word} on tensor cores",
            _ => $"{word} on tensor cores in bfloat16",
        };
    }

    /// <summary>The rows, and the columns, of a tile.</summary>
    public static int SideOf(ProductForm form) =>
        int.Parse(Named(form).Word.Split('x')[0], CultureInfo.InvariantCulture);

    /// <summary>The end of the names of kernels in that tile: <c>Tile64x64</c>.</summary>
    public static bool IsOf(KernelSource kernel, string word) =>
        kernel.Name.EndsWith($"{word[..word.LastIndexOf('x')]}>", StringComparison.Ordinal);

    /// <summary>The same device with products in that tile.</summary>
    /// <param name="device">A device that nothing has run on yet; what is returned takes its place.</param>
    /// <param name="word">One of the words.</param>
    /// <exception cref="UserErrorException">The device has no kernels, or not for such groups.</exception>
    public static Device Apply(Device device, string word)
    {
        if (device.Backend is not GpuBackend gpu)
            throw new UserErrorException($"--tile {word}: {device.Name} computes without tiles; opencl:N, cuda:N and"
                + " ilgpu:cpu have them");
        GpuCapabilities capabilities = gpu.Driver.Capabilities;
        ProductForm form = All.First(tile => tile.Word == word).Forms[(int)gpu.Precision];
        LaunchPlan plan = new(capabilities)
        {
            Tile = form,
            UsesPanels = false,
            Precision = gpu.Precision,
            Tuned = gpu.Plan.Tuned,
        };
        ProductForm[] fitting = [.. plan.Tiles];
        if (!fitting.Contains(form))
            throw new UserErrorException(
                $"--tile {word}: {capabilities.Name} allows {capabilities.MaxGroupItems:N0} items and"
                + $" {capabilities.SharedBytes:N0} bytes of shared memory a group; what fits is"
                + $" {string.Join(", ", fitting.Select(Of))}");
        return new Device(device.Name, new GpuBackend(gpu.Driver, plan));
    }

    static (string Word, ProductForm[] Forms) Named(ProductForm form) => All.First(tile => tile.Forms.Contains(form));
}
