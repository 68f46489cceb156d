using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>
/// Forward and input gradient through a Winograd form: each of the 36 points is a product of [tile][C] and [C][K].
/// With many tiles a thread takes a block of them through all three stages while it lies in its caches. With few tiles
/// and many channels the filters are the larger part: all tiles are transformed first, then a thread takes a panel of
/// output channels from the filters' transform to the finished maps, so that transformed filters never reach memory.
/// </summary>
sealed unsafe class WinogradConvolution<F, V>
    where F : struct, IWinogradForm where V : unmanaged, ITileVector<V>
{
    const int Points = SixPoints.Count * SixPoints.Count;

    // Transformed inputs and products of a block, for its share of L2 and L3.
    const int BlockBytes = 640 << 10, FewestTiles = 56, MostShared = 16 << 20;

    readonly CpuBackend cpu;
    readonly ConvolutionDims d;
    readonly int lanes = 2 * V.Count, panels, threads, pitchIn, pitchOut;
    readonly float* weight;
    readonly nint laneStep, depthStep;
    readonly bool isFlipped;

    /// <param name="cpu">The backend.</param>
    /// <param name="d">The convolution; of the input's gradient, the one that computes it from dy.</param>
    /// <param name="weight">The filters of the forward convolution.</param>
    /// <param name="isInputGradient">Swaps the filters' channels and turns them round.</param>
    public WinogradConvolution(CpuBackend cpu, in ConvolutionDims d, float* weight, bool isInputGradient)
    {
        (this.cpu, this.d, isFlipped) = (cpu, d, isInputGradient);
        this.weight = weight;
        int taps = F.Taps * F.Taps;
        laneStep = isInputGradient ? taps : (nint)d.C * taps;
        depthStep = isInputGradient ? (nint)d.K * taps : taps;
        panels = (d.K + lanes - 1) / lanes;
        threads = cpu.Workers.Threads;
        pitchIn = WinogradTransforms<F, V>.Pitch(d.C);
        pitchOut = WinogradTransforms<F, V>.Pitch(d.K);
    }

    public void Run(float* x, float* y, Epilogue epilogue)
    {
        TileGrid whole = new(d.N, d.P, d.Q, F.Outputs, int.MaxValue, 1);
        bool isWide = whole.Tiles <= d.K && panels % threads == 0
            && (long)Points * whole.Tiles * pitchIn * sizeof(float) <= MostShared;
        if (isWide) RunByChannels(x, y, epilogue, whole);
        else RunByTiles(x, y, epilogue);
    }

    void RunByTiles(float* x, float* y, Epilogue epilogue)
    {
        int most = Math.Max(BlockBytes / (Points * (pitchIn + pitchOut) * sizeof(float)), FewestTiles);
        TileGrid grid = new(d.N, d.P, d.Q, F.Outputs, most, threads);
        nint uStep = (nint)panels * d.C * lanes + V.Count;
        nint vStep = (nint)grid.MostTiles * pitchIn, zStep = (nint)grid.MostTiles * pitchOut;
        Workspace workspace = cpu.Workspace.Begin();
        float* u = workspace.Take(Points * uStep), v = workspace.Take(threads * Points * vStep);
        float* z = workspace.Take(threads * Points * zStep);
        long mapSize = MapSize(grid);
        float* maps = workspace.Take(threads * mapSize);
        cpu.Workers.ForEach(
            2 * panels, (half, _) => Filter(half / 2, half % 2, u + (nint)(half / 2) * d.C * lanes, uStep));
        cpu.Workers.ForEach(grid.Blocks, (i, thread) =>
        {
            float* mine = v + thread * Points * vStep, products = z + thread * Points * zStep;
            float* map = maps + thread * mapSize;
            TileBlock block = grid[i];
            Input(x, block, map, mine, vStep);
            Products(mine, vStep, u, uStep, products, pitchOut, zStep, block.Tiles, panels);
            for (int k = 0; k < d.K; k += V.Count)
                Output(products + k, pitchOut, zStep, block, map, y, epilogue, k);
        });
    }

    void RunByChannels(float* x, float* y, Epilogue epilogue, TileGrid whole)
    {
        TileGrid grid = new(d.N, d.P, d.Q, F.Outputs, Math.Max(1, whole.Tiles / (4 * threads)), threads);
        nint vStep = (nint)whole.Tiles * pitchIn, uStep = (nint)d.C * lanes + V.Count;
        nint zStep = (nint)whole.Tiles * lanes + V.Count;
        Workspace workspace = cpu.Workspace.Begin();
        float* v = workspace.Take(Points * vStep), u = workspace.Take(threads * Points * uStep);
        float* z = workspace.Take(threads * Points * zStep);
        long mapSize = MapSize(whole);
        float* maps = workspace.Take(threads * mapSize);
        TileBlock all = whole[0];
        cpu.Workers.ForEach(grid.Blocks, (i, thread) =>
        {
            TileBlock block = grid[i];
            int first = (block.FirstImage * grid.Down + block.FirstLine) * grid.Across;
            Input(x, block, maps + thread * mapSize, v + (nint)first * pitchIn, vStep);
        });
        cpu.Workers.ForEach(panels, (panel, thread) =>
        {
            float* map = maps + thread * mapSize;
            float* filters = u + thread * Points * uStep, products = z + thread * Points * zStep;
            for (int half = 0; half < 2; half++) Filter(panel, half, filters, uStep);
            Products(v, vStep, filters, uStep, products, lanes, zStep, whole.Tiles, 1);
            int first = panel * lanes;
            for (int k = first; k < Math.Min(first + lanes, d.K); k += V.Count)
                Output(products + k - first, lanes, zStep, all, map, y, epilogue, k);
        });
    }

    long MapSize(TileGrid grid) =>
        Math.Max(WinogradTransforms<F, V>.InputMapSize(grid), (long)d.P * d.Q * V.Count) + V.Count * V.Count;

    void Input(float* x, TileBlock block, float* map, float* v, nint vStep) => WinogradTransforms<F, V>.Input(
        x, d.C, d.H, d.W, d.Geometry.PaddingTop, d.Geometry.PaddingLeft, block, map, v, pitchIn, vStep);

    void Filter(int panel, int half, float* u, nint uStep)
    {
        int k = panel * lanes + half * V.Count;
        WinogradTransforms<F, V>.Filter(
            weight + k * laneStep, laneStep, depthStep, Math.Clamp(d.K - k, 0, V.Count), d.C, isFlipped,
            u + half * V.Count, uStep);
    }

    /// <summary>z[point][tile][k] = the sum over c of v[point][tile][c] * u[point][c][k].</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Products(float* v, nint vStep, float* u, nint uStep, float* z, int pitch, nint zStep, int tiles, int count)
    {
        int heights = (tiles + V.TileRows - 1) / V.TileRows;
        TileWalk walk = new() { Images = 1, Lines = 1, Width = d.C, ARow = pitchIn, BPixel = lanes };
        for (int point = 0; point < Points; point++, v += vStep, u += uStep, z += zStep)
            for (int panel = 0; panel < count; panel++)
                for (int i = 0; i < heights; i++)
                {
                    int t = tiles * i / heights, rows = tiles * (i + 1) / heights - t;
                    RegisterTile<V>.InPlace(rows)(
                        &walk, v + (nint)t * pitchIn, u + (nint)panel * d.C * lanes,
                        z + (nint)t * pitch + panel * lanes, pitch, false);
                }
    }

    void Output(float* z, int pitch, nint zStep, TileBlock block, float* map, float* y, Epilogue epilogue, int k)
    {
        nint plane = (nint)d.P * d.Q;
        WinogradTransforms<F, V>.Output(
            z, pitch, zStep, block, map, y + k * plane, epilogue.From(k, plane), d.K, Math.Min(V.Count, d.K - k),
            d.P, d.Q);
    }
}
