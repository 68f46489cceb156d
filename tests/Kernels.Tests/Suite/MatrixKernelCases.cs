using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Gemm;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>Products that end within a tile, and within a step along K; every tile, every transposition.</summary>
public static class MatrixKernelCases
{
    public static IEnumerable<KernelCase> Cases =>
    [
        Tiled<Tile64x64>(33, 35, 18, false, false, false),
        Tiled<Tile64x64>(5, 31, 16, true, true, true),
        Tiled<Tile64x64>(1, 1, 1, false, false, false),
        Tiled<Tile64x64>(63, 9, 17, false, true, false),
        Tiled<Tile64x64>(64, 65, 3, true, false, true),
        Tiled<Tile128x128>(127, 61, 17, false, false, false),
        Tiled<Tile128x128>(3, 5, 33, true, true, true),
        Tiled<Fours64x64>(33, 36, 18, false, false, false),
        Tiled<Fours64x64>(64, 68, 11, true, false, true),
        Tiled<Fours64x64>(5, 4, 9, false, false, false),
        Tiled<Fours128x128>(127, 60, 17, false, false, false),
        Tiled<Fours128x128>(3, 132, 33, true, false, true),
        Tiled<TileNN64x64>(33, 36, 20, false, false, false),
        Tiled<TileNN64x64>(5, 4, 12, false, false, true),
        Tiled<TileNT64x64>(33, 35, 20, false, true, true),
        Tiled<TileNT64x64>(1, 1, 16, false, true, false),
        Tiled<TileTN64x64>(36, 68, 19, true, false, false),
        Tiled<TileTN64x64>(4, 4, 9, true, false, true),
        Tiled<TileNN128x128>(127, 60, 20, false, false, false),
        Tiled<TileNN128x128>(3, 132, 36, false, false, true),
        Tiled<TileNT128x128>(127, 61, 20, false, true, true),
        Tiled<TileNT128x128>(3, 131, 12, false, true, false),
        Tiled<TileTN128x128>(128, 60, 17, true, false, false),
        Tiled<TileTN128x128>(4, 132, 33, true, false, true),
        Tiled<Tensor64x64>(63, 9, 17, false, true, false),
        Tiled<Tensor64x64>(64, 65, 3, true, false, true),
        Tiled<Tensor128x128>(127, 61, 17, false, false, false),
        Tiled<Tensor128x128>(3, 5, 9, true, true, true),
        Tiled<Bfloat64x64>(63, 9, 33, false, true, false),
        Tiled<Bfloat64x64>(64, 65, 3, true, false, true),
        Tiled<Bfloat128x128>(127, 61, 17, false, false, false),
        Tiled<Bfloat128x128>(3, 5, 9, true, true, true),
        new(
            "GemmKernels.Tiled<Tile64x64>", (1, 1, 3), In(3 * 7 * 5), In(5 * 4), In(1), Out(3 * 7 * 4), Batch(7, 4, 5)),
        new(
            "GemmKernels.Tiled<Fours64x64>", (1, 1, 3), In(3 * 7 * 9), In(9 * 4), In(1), Out(3 * 7 * 4),
            Batch(7, 4, 9)),
        new("GemmKernels.Tiled<Fours64x64>", (1, 1), In(3 * 900), In(900 * 8), In(8), Out(3 * 8), Biased(3, 8, 900)),
        new("GemmKernels.Tiled<TileNN64x64>", (1, 1), In(3 * 900), In(900 * 8), In(8), Out(3 * 8), Biased(3, 8, 900)),
        new("GemmKernels.Tiled<TileNN128x128>", (1, 1), In(3 * 900), In(900 * 8), In(8), Out(3 * 8), Biased(3, 8, 900)),
        new(
            "GemmKernels.Tiled<TileNN64x64>", (1, 1, 3), In(3 * 7 * 8), In(8 * 4), In(1), Out(3 * 7 * 4),
            Batch(7, 4, 8)),
        new("GemmKernels.Tiled<Tile64x64>", (1, 1), In(3 * 900), In(900 * 5), In(5), Out(3 * 5), Biased(3, 5, 900)),
        Panel(13, 75, 21, 8, false),
        Panel(8, 32, 5, 8, true),
        Panel(1, 1, 1, 16, false),
        new(
            "GemmPanelKernels.Multiply", (1, 1, 3), In(3 * 7 * 5), In(5 * 4), In(1), Out(3 * 7 * 4), Batch(7, 4, 5), 8,
            1),
        new("GemmPanelKernels.Multiply", (1, 2), In(19 * 900), In(900 * 33), In(33), Out(19 * 33), Biased(19, 33, 900),
            24, 1),
        new(
            "GemmPanelKernels.Multiply", (2, 1), In(19 * 900), In(900 * 75), In(75), Out(19 * 75), Biased(19, 75, 900),
            16, 3),
        Pack(75, 21, false),
        Pack(32, 16, true),
        Pack(1, 1, false),
        new("TransposeKernels.Transpose", (7, 18, 2), In(2 * 7 * 18), Out(2 * 7 * 18), 7, 18, 7, 0),
        new("TransposeKernels.Transpose", (3, 1, 1), In(3), In(3), 3, 1, 3, 1),
    ];

    static KernelCase Tiled<TTile>(int m, int n, int k, bool transposeA, bool transposeB, bool accumulate)
        where TTile : struct, IProductTile => new(
            $"GemmKernels.Tiled<{typeof(TTile).Name}>",
            ((n + TTile.Size - 1) / TTile.Size, (m + TTile.Size - 1) / TTile.Size),
            In(m * k), In(k * n), In(1), accumulate ? In(m * n) : Out(m * n),
            GemmDims.Of(m, n, k, transposeA, transposeB, accumulate));

    static KernelCase Panel(int m, int n, int k, int each, bool accumulate) => new(
        "GemmPanelKernels.Multiply", ((m + each - 1) / each, (n + 31) / 32), In(m * k), In(k * n), In(1),
        accumulate ? In(m * n) : Out(m * n), GemmDims.Of(m, n, k, transposeB: accumulate, accumulate: accumulate),
        each, 1);

    static KernelCase Pack(int n, int k, bool transpose)
    {
        int panels = (n + PanelTile.Columns - 1) / PanelTile.Columns;
        return new(
            "GemmPanelKernels.Pack", (GemmPanelKernels.PackBlocks(k), panels), In(k * n),
            Out(k * panels * PanelTile.Columns), GemmDims.Of(1, n, k, transposeB: transpose));
    }

    /// <summary>Three blocks of the depth on top of a bias.</summary>
    static GemmDims Biased(int m, int n, int k) => GemmDims.Of(m, n, k) with { HasBias = 1 };

    static GemmDims Batch(int m, int n, int k) => GemmDims.Of(m, n, k) with { BatchA = m * k, BatchC = m * n };
}
