using TripletGpu.Kernels;

namespace TripletGpu.Backends.Gpu;

/// <summary>How a matrix product runs.</summary>
public enum ProductForm
{
    /// <summary>8 x 32 sums an item, no barriers: for devices that are CPUs.</summary>
    Panels,

    /// <summary>Tiles of 32 x 32 in shared memory.</summary>
    Tile32x32,

    /// <summary>Tiles of 64 x 64.</summary>
    Tile64x64,

    /// <summary>Tiles of 128 x 64.</summary>
    Tile128x64,
}

/// <summary>Chooses kernels and sizes from the shapes and the device's capabilities. Decides nothing that a device
/// must answer.</summary>
/// <param name="device">The device's capabilities.</param>
public sealed class LaunchPlan(GpuCapabilities device)
{
    const int CpuBlock = 512;

    // A GPU hides latency behind some groups on each multiprocessor; fewer, larger tiles would leave it idle.
    const int GroupsEach = 2;

    // Columns of a few images stay in a CPU's cache; a GPU wants long launches.
    const long CpuColumns = 4L << 20, GpuColumns = 32L << 20;

    /// <summary>Whether products run in panels, whose second operand is packed first.</summary>
    public bool UsesPanels { get; init; } = device.IsCpu;

    /// <summary>
    /// Elements that an item takes where it may take several neighbours: a GPU's items read side by side, a CPU's
    /// loop over
    /// vectors.
    /// </summary>
    public int ElementsEach => device.IsCpu ? CpuBlock : 1;

    /// <summary>How a batch of products of M x N runs.</summary>
    public ProductForm Product(int m, int n, int batch)
    {
        if (UsesPanels) return ProductForm.Panels;
        long wanted = (long)GroupsEach * device.ComputeUnits;
        if (Groups(m, n, batch, 128, 64) >= wanted) return ProductForm.Tile128x64;
        return Groups(m, n, batch, 64, 64) >= wanted ? ProductForm.Tile64x64 : ProductForm.Tile32x32;
    }

    /// <summary>How many images' columns are formed at a time; a multiple of four, or all.</summary>
    public int ImagesAtOnce(int images, long elementsEach)
    {
        long fit = Math.Max(1, (device.IsCpu ? CpuColumns : GpuColumns) / Math.Max(1, elementsEach));
        return (int)Math.Min(images, (fit + 3) / 4 * 4);
    }

    static long Groups(int m, int n, int batch, int tileM, int tileN) =>
        (long)batch * ((m + tileM - 1) / tileM) * ((n + tileN - 1) / tileN);
}
