using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>
/// Forward and input gradient through a Winograd form: each of the 36 points is a product of [tile][C] and [C][K].
/// With many tiles a thread takes a block of them through all three stages while it lies in its caches. With few tiles
/// and many channels the filters are the larger part: all tiles are transformed first, then a thread takes a panel of
/// output channels from the filters' transform to the finished maps, so that transformed filters never reach memory.
/// </summary>
sealed unsafe class WinogradConvolution<F, V, M>
    where F : struct, IWinogradForm where V : unmanaged, ITileVector<V> where M : struct, IMapLayout<V>
{
    const int Points = SixPoints.Count * SixPoints.Count;

    // Transformed inputs and products of a block, for its share of L2 and L3.
    const int BlockBytes = 640 << 10, FewestTiles = 56, MostShared = 16 << 20;

    // Every thread transforms the filters for itself while their copies stay below this: it takes a tenth of the time
    // that fetching another core's takes, more where that core has another L3.
    const long MostOwnFilters = 64 << 20;

    // A panel's transformed filters of more input channels than this would not stay in L2; parts of them do. With
    // constant filters, the next part's are there too.
    const int MostDepth = 256, MostConstantDepth = 128, PartDepth = 64;

    readonly CpuBackend cpu;
    readonly ConvolutionShape d;
    readonly int lanes = 2 * V.Count, panels, threads, pitchIn, pitchOut;
    readonly float* weight;
    readonly FilterPanels<V>? constant;
    readonly nint laneStep, depthStep;
    readonly bool isFlipped;

    static int Taps => F.Taps * F.Taps;

    /// <param name="cpu">The backend.</param>
    /// <param name="d">The convolution; of the input's gradient, the one that computes it from dy.</param>
    /// <param name="weight">The filters of the forward convolution.</param>
    /// <param name="isInputGradient">Swaps the filters' channels and turns them round.</param>
    public WinogradConvolution(CpuBackend cpu, in ConvolutionShape d, float* weight, bool isInputGradient)
        : this(cpu, d)
    {
        int taps = F.Taps * F.Taps;
        this.weight = weight;
        isFlipped = isInputGradient;
        laneStep = isInputGradient ? taps : (nint)d.C * taps;
        depthStep = isInputGradient ? (nint)d.K * taps : taps;
    }

    /// <param name="cpu">The backend.</param>
    /// <param name="d">A forward convolution.</param>
    /// <param name="constant">Its filters, packed before, the taps of a channel together.</param>
    public WinogradConvolution(CpuBackend cpu, in ConvolutionShape d, FilterPanels<V> constant) : this(cpu, d) =>
        this.constant = constant;

    WinogradConvolution(CpuBackend cpu, in ConvolutionShape d)
    {
        (this.cpu, this.d) = (cpu, d);
        panels = (d.K + lanes - 1) / lanes;
        threads = cpu.Workers.Sharers;
        pitchIn = WinogradTransforms<F, V>.Pitch(d.C);
        pitchOut = WinogradTransforms<F, V>.Pitch(d.K);
    }

    public void Run(float* x, float* y, Epilogue epilogue)
    {
        TileGrid whole = new(d.N, d.P, d.Q, F.Outputs, int.MaxValue, 1);
        bool isWide = whole.Tiles <= d.K
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
        bool isOwn = threads * Points * uStep * sizeof(float) <= MostOwnFilters;
        float* u = isOwn ? null : workspace.Take(Points * uStep);
        PerThread own = workspace.TakeForEach(isOwn ? Points * uStep : 0);
        PerThread v = workspace.TakeForEach(Points * vStep), z = workspace.TakeForEach(Points * zStep);
        PerThread maps = workspace.TakeForEach(MapSize(grid));
        bool[] hasFilters = new bool[cpu.Workers.Threads];
        if (!isOwn) cpu.Workers.ForEach(2 * panels, (i, _) => Filter(i, u));
        cpu.Workers.ForEach(grid.Blocks, (i, thread) =>
        {
            float* mine = v[thread], products = z[thread], map = maps[thread], filters = isOwn ? own[thread] : u;
            for (int half = 0; isOwn && !hasFilters[thread] && half < 2 * panels; half++) Filter(half, filters);
            hasFilters[thread] = true;
            TileBlock block = grid[i];
            Input(x, block, map, mine, vStep);
            Products(mine, vStep, filters, uStep, products, pitchOut, zStep, block.Tiles, panels, d.C, false);
            for (int k = 0; k < d.K; k += V.Count)
                Output(products + k, pitchOut, zStep, block, map, y, epilogue, k);
        });

        void Filter(int half, float* to) =>
            this.Filter(half / 2, half % 2, 0, d.C, to + (nint)(half / 2) * d.C * lanes, uStep);
    }

    void RunByChannels(float* x, float* y, Epilogue epilogue, TileGrid whole)
    {
        TileGrid grid = new(d.N, d.P, d.Q, F.Outputs, Math.Max(1, whole.Tiles / (4 * threads)), threads);
        int most = constant is null ? MostDepth : MostConstantDepth;
        int depths = d.C > most ? (d.C + PartDepth - 1) / PartDepth : 1;
        nint vStep = (nint)whole.Tiles * pitchIn, uStep = (nint)((d.C + depths - 1) / depths) * lanes + V.Count;
        nint zStep = (nint)whole.Tiles * lanes + V.Count;
        Workspace workspace = cpu.Workspace.Begin();
        float* v = workspace.Take(Points * vStep);
        PerThread u = workspace.TakeForEach(Points * uStep), z = workspace.TakeForEach(Points * zStep);
        PerThread maps = workspace.TakeForEach(MapSize(whole));
        cpu.Workers.ForEach(grid.Blocks, (i, thread) =>
            Input(x, grid[i], maps[thread], v + (nint)grid.FirstTile(i) * pitchIn, vStep));
        PanelPieces pieces = new(panels, threads);
        cpu.Workers.ForEach(pieces.Count, (i, thread) =>
        {
            (int panel, int part, int parts) = pieces[i];
            int from = grid.Blocks * part / parts, to = grid.Blocks * (part + 1) / parts;
            if (parts == 1) Panel(thread, panel, whole, 0, whole.Blocks);
            else if (from < to) Panel(thread, panel, grid, from, to);
        });

        void Panel(int thread, int panel, TileGrid tiles, int from, int to)
        {
            float* filters = u[thread], products = z[thread];
            int first = tiles.FirstTile(from), count = tiles.FirstTile(to) - first, k0 = panel * lanes;
            for (int i = 0; i < depths; i++)
            {
                int c = d.C * i / depths, depth = d.C * (i + 1) / depths - c;
                for (int half = 0; half < 2; half++) Filter(panel, half, c, depth, filters, uStep);
                // Behind this part of a panel lies the next one, or the next panel.
                float* next = constant is null ? null : constant[panel] + (nint)(c + depth) * Taps * lanes;
                Products(
                    v + (nint)first * pitchIn + c, vStep, filters, uStep, products, lanes, zStep, count, 1, depth,
                    i > 0, next);
            }
            for (int i = from; i < to; i++)
            {
                float* block = products + (nint)(tiles.FirstTile(i) - first) * lanes;
                for (int k = k0; k < Math.Min(k0 + lanes, d.K); k += V.Count)
                    Output(block + k - k0, lanes, zStep, tiles[i], maps[thread], y, epilogue, k);
            }
        }
    }

    long MapSize(TileGrid grid) =>
        Math.Max(WinogradTransforms<F, V>.InputMapSize(grid), (long)d.P * d.Q * V.Count) + V.Count * V.Count;

    void Input(float* x, TileBlock block, float* map, float* v, nint vStep) => WinogradTransforms<F, V>.Input<M>(
        x, d, 0, pitchIn - V.Count, block, map, v, pitchIn, vStep);

    /// <summary>The filters of some channels, from c on.</summary>
    void Filter(int panel, int half, int c, int depth, float* u, nint uStep)
    {
        int k = panel * lanes + half * V.Count;
        float* to = u + half * V.Count;
        if (constant is not null)
            WinogradTransforms<F, V>.Filter(
                constant[panel] + (nint)c * Taps * lanes + half * V.Count, depth, to, uStep);
        else
            WinogradTransforms<F, V>.Filter(
                weight + k * laneStep + c * depthStep, laneStep, depthStep, Math.Clamp(d.K - k, 0, V.Count), depth,
                isFlipped, to, uStep);
    }

    /// <summary>
    /// z[point][tile][k] (+)= the sum over c of v[point][tile][c] * u[point][c][k]. Meanwhile as many filters as were
    /// transformed for it are fetched from <paramref name="next"/> on, if there are any: this waits for no memory.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Products(
        float* v, nint vStep, float* u, nint uStep, float* z, int pitch, nint zStep, int tiles, int count, int depth,
        bool add, float* next = null)
    {
        int heights = (tiles + V.TileRows - 1) / V.TileRows;
        TileWalk walk = new()
        {
            Images = 1,
            Lines = 1,
            Width = depth,
            ARow = pitchIn,
            APixel = 1,
            BPixel = lanes,
            BRight = V.Count,
        };
        nint fetched = next == null ? 0 : (nint)depth * Taps * lanes / Points;
        for (int point = 0; point < Points; point++, v += vStep, u += uStep, z += zStep, next += fetched)
        {
            for (nint i = 0; i < fetched; i += CpuBuffer.Line) V.PrefetchToL2(next + i);
            for (int panel = 0; panel < count; panel++)
                for (int i = 0; i < heights; i++)
                {
                    int t = tiles * i / heights, rows = tiles * (i + 1) / heights - t;
                    RegisterTile<V>.InPlace(rows)(
                        &walk, v + (nint)t * pitchIn, u + (nint)panel * depth * lanes,
                        z + (nint)t * pitch + panel * lanes, pitch, add);
                }
        }
    }

    void Output(float* z, int pitch, nint zStep, TileBlock block, float* map, float* y, Epilogue epilogue, int k)
    {
        nint plane = (nint)d.P * d.Q;
        WinogradTransforms<F, V>.Output<M>(
            z, pitch, zStep, block, map, y + k * plane, epilogue.From(k, plane), d.K, Math.Min(V.Count, d.K - k),
            d.P, d.Q);
    }
}
