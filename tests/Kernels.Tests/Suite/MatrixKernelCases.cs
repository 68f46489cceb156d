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
        Tiled<Tensor64x64>(63, 9, 17, false, true, false),
        Tiled<Tensor64x64>(64, 65, 3, true, false, true),
        Tiled<Tensor128x128>(127, 61, 17, false, false, false),
        Tiled<Tensor128x128>(3, 5, 9, true, true, true),
        new("GemmKernels.Tiled<Tile64x64>", (1, 1, 3), In(3 * 7 * 5), In(5 * 4), Out(3 * 7 * 4), Batch(7, 4, 5)),
        Panel(13, 75, 21, false),
        Panel(8, 32, 5, true),
        Panel(1, 1, 1, false),
        new("GemmPanelKernels.Multiply", (1, 1, 3), In(3 * 7 * 5), In(3 * 5 * 32), Out(3 * 7 * 4), Batch(7, 4, 5)),
        Pack(75, 21, false),
        Pack(32, 16, true),
        Pack(1, 1, false),
        new("TransposeKernels.Transpose", (7, 18, 2), In(2 * 7 * 18), Out(2 * 7 * 18), 7, 18, 7, 0),
        new("TransposeKernels.Transpose", (3, 1, 1), In(3), In(3), 3, 1, 3, 1),
    ];

    static KernelCase Tiled<TTile>(int m, int n, int k, bool transposeA, bool transposeB, bool accumulate)
        where TTile : struct, ITile => new(
            $"GemmKernels.Tiled<{typeof(TTile).Name}>",
            ((n + TTile.Size - 1) / TTile.Size, (m + TTile.Size - 1) / TTile.Size),
            In(m * k), In(k * n), accumulate ? In(m * n) : Out(m * n),
            GemmDims.Of(m, n, k, transposeA, transposeB, accumulate));

    static KernelCase Panel(int m, int n, int k, bool accumulate) => new(
        "GemmPanelKernels.Multiply", ((m + 7) / 8, (n + 31) / 32), In(m * k), In(k * (n + 31) / 32 * 32),
        accumulate ? In(m * n) : Out(m * n), GemmDims.Of(m, n, k, accumulate: accumulate));

    static KernelCase Pack(int n, int k, bool transpose)
    {
        int panels = (n + PanelTile.Columns - 1) / PanelTile.Columns;
        return new(
            "GemmPanelKernels.Pack", (GemmPanelKernels.PackBlocks(k), panels, 1), In(k * n),
            Out(k * panels * PanelTile.Columns), GemmDims.Of(1, n, k, transposeB: transpose), panels);
    }

    static GemmDims Batch(int m, int n, int k) => GemmDims.Of(m, n, k) with { BatchA = m * k, BatchC = m * n };
}
