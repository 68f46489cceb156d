using TripletGpu.Kernels;
using TripletGpu.Kernels.Gemm;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;
using static TripletGpu.Runner.Bench.Roofline.WorkSizes;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>Matrix products and what packs and turns their operands, as the linear layers and pointwise ones have
/// them.</summary>
static class ProductWork
{
    /// <summary>The launches for a layer's product: filters by pixels, or images by outputs.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, NamedLayer layer)
    {
        if (Dims(sizes, layer) is not { } d) yield break;
        (int m, int n, int k) = d;
        int panels = Groups(n, PanelTile.Columns), packed = k * panels * PanelTile.Columns;
        KernelCost cost = KernelCost.Of("2 M N K", "4 (M K + K N + M N)", ("M", m), ("N", n), ("K", k));
        foreach (KernelSource kernel in WorkSizes.Of("GemmKernels.Tiled"))
        {
            GemmDims dims = GemmDims.Of(
                m, n, k, kernel.Name.Contains("<TileTN", StringComparison.Ordinal),
                kernel.Name.Contains("<TileNT", StringComparison.Ordinal));
            if (!Takes(kernel, dims)) continue;
            int size = TileOf(kernel);
            yield return new(
                kernel.Name, layer.Name, (Groups(n, size), Groups(m, size)), cost, Read(m * k), Read(k * n), Read(1, 0),
                Write(m * n), dims);
        }
        int each = sizes.Plan.ProductRowsEach(panels, m), panelsEach = sizes.Plan.PanelsEach(panels);
        yield return new(
            "GemmPanelKernels.Multiply", layer.Name, (Groups(m, each), Groups(panels, panelsEach)), cost, Read(m * k),
            Read(k * n), Read(1, 0), Write(m * n), GemmDims.Of(m, n, k), each, panelsEach);
        yield return new(
            "GemmPanelKernels.Pack", layer.Name, (GemmPanelKernels.PackBlocks(k), panels),
            KernelCost.Of("0", "4 (K N + K L)", ("K", k), ("N", n), ("L", panels * PanelTile.Columns)),
            Read(k * n), Write(packed), GemmDims.Of(1, n, k));
        yield return new(
            "TransposeKernels.Transpose", layer.Name, (k, n, 1), KernelCost.Of("0", "8 K N", ("K", k), ("N", n)),
            Read(k * n), Write(k * n), k, n, k, 0);
    }

    /// <summary>The extent of a kernel's tile, <c>Tile64x64</c> and <c>Tensor64x64</c>: 64.</summary>
    public static int TileOf(KernelSource kernel) =>
        int.Parse(kernel.Name.Split('<')[1].TrimEnd('>').Split('x')[1],
            System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Whether a product's matrices lie as a tile reads them.</summary>
    static bool Takes(KernelSource kernel, GemmDims dims)
    {
        string tile = kernel.Name.Split('<')[1];
        if (tile.StartsWith("Fours", StringComparison.Ordinal)) return dims.Columns == Staging.Fours;
        bool isWide = tile.StartsWith("TileN", StringComparison.Ordinal)
            || tile.StartsWith("TileT", StringComparison.Ordinal);
        return !isWide || dims.Rows != Staging.Apart && dims.Columns != Staging.Apart;
    }

    static (int M, int N, int K)? Dims(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is Linear) return (sizes.Images, layer.Inputs[1][0], layer.Inputs[1][1]);
        if (layer.Op is not Conv2d || layer.Inputs[1].Product(2, 4) != 1) return null;
        return (layer.Inputs[1][0], sizes.Images * layer.Output.Product(2, 4), layer.Inputs[1][1]);
    }
}
