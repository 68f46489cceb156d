using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Winograd;

/// <summary>
/// The weight gradient through a Winograd form, the transpose of the forward algorithm: dU = sum over tiles of
/// (A dY A') (B' X B), one product of [K][tile] and [tile][C] for each of 36 points, then dW = G' dU G.
/// Where dU is small each thread sums blocks of tiles of its own and transforms the sums, which leaves a quarter of
/// them for another core to fetch; then these gradients are added up in the order of the threads.
/// Where it is large, dY is transformed first, for many tiles; then a thread takes a panel of input channels and some
/// output channels from X to the finished gradient, so that neither the panel nor dU reaches memory.
/// </summary>
sealed unsafe class WinogradWeightGradient<F, V, M>
    where F : struct, IWinogradForm where V : unmanaged, ITileVector<V> where M : struct, IMapLayout<V>
{
    const int Points = SixPoints.Count * SixPoints.Count;
    const int BlockBytes = 640 << 10, FewestTiles = 28, LargestOwnSums = 3 << 20, MostShared = 20 << 20;
    const int PiecesOfAThread = 4;

    readonly CpuBackend cpu;
    readonly ConvolutionShape d;
    readonly int lanes = 2 * V.Count, panels, heights, threads, pitchX, pitchY;

    public WinogradWeightGradient(CpuBackend cpu, in ConvolutionShape d)
    {
        (this.cpu, this.d, threads) = (cpu, d, cpu.Workers.Threads);
        panels = (d.C + lanes - 1) / lanes;
        heights = (d.K + V.TileRows - 1) / V.TileRows;
        pitchX = WinogradTransforms<F, V>.Pitch(d.C);
        pitchY = WinogradTransforms<F, V>.Pitch(d.K);
    }

    public void Run(float* x, float* dy, float* dw, bool add)
    {
        if ((long)Points * panels * lanes * d.K * sizeof(float) <= LargestOwnSums) RunByTiles(x, dy, dw, add);
        else RunByChannels(x, dy, dw, add);
    }

    void RunByTiles(float* x, float* dy, float* dw, bool add)
    {
        int most = Math.Max(BlockBytes / (Points * (pitchX + pitchY) * sizeof(float)), FewestTiles);
        TileGrid grid = new(d.N, d.P, d.Q, F.Outputs, most, threads);
        nint vStep = (nint)grid.MostTiles * pitchX, gStep = (nint)grid.MostTiles * pitchY;
        nint sumStep = (nint)panels * d.K * lanes;
        Workspace workspace = cpu.Workspace.Begin();
        PerThread v = workspace.TakeForEach(Points * vStep), g = workspace.TakeForEach(Points * gStep);
        PerThread sums = workspace.TakeForEach(Points * sumStep), maps = workspace.TakeForEach(MapSize(grid));
        long weights = (long)d.K * d.C * F.Taps * F.Taps;
        float* parts = threads == 1 ? dw : workspace.Take(threads * weights);
        cpu.Workers.Run(thread =>
        {
            float* xs = v[thread], gs = g[thread], sum = sums[thread], part = parts + thread * weights;
            (int from, int to) = cpu.Workers.Share(grid.Blocks, thread);
            if (from == to) new Span<float>(sum, checked((int)(Points * sumStep))).Clear();
            for (int i = from; i < to; i++)
            {
                TileBlock block = grid[i];
                float* map = maps[thread];
                WinogradTransforms<F, V>.Input<M>(x, d, 0, pitchX - V.Count, block, map, xs, pitchX, vStep);
                Gradient(dy, block, map, gs, gStep);
                for (int point = 0; point < Points; point++)
                    for (int panel = 0; panel < panels; panel++)
                        for (int height = 0; height < heights; height++)
                            Product(
                                xs + point * vStep + panel * lanes, pitchX, gs + point * gStep,
                                sum + point * sumStep + (nint)panel * d.K * lanes, block.Tiles, height, 0, i > from);
            }
            for (int i = 0; i < panels * d.K; i++)
                Finish(sum + (nint)i * lanes, sumStep, part, i / d.K, i % d.K, add && threads == 1);
        });
        if (threads == 1) return;
        WeightSums<V> own = new(threads, (nint)weights, add);
        int filter = d.C * F.Taps * F.Taps;
        cpu.Workers.For(d.K, 2, (from, to) =>
            own.Copy(parts + (nint)from * filter, dw + (nint)from * filter, (to - from) * filter));
    }

    void RunByChannels(float* x, float* dy, float* dw, bool add)
    {
        int most = Math.Max(MostShared / (Points * (pitchX + pitchY) * sizeof(float)), FewestTiles);
        TileGrid parts = new(d.N, d.P, d.Q, F.Outputs, most, 1);
        nint vStep = (nint)parts.MostTiles * lanes + V.Count, gStep = (nint)parts.MostTiles * pitchY;
        nint sumStep = (nint)d.K * lanes + V.Count;
        Workspace workspace = cpu.Workspace.Begin();
        PerThread v = workspace.TakeForEach(Points * vStep), sums = workspace.TakeForEach(Points * sumStep);
        PerThread maps = workspace.TakeForEach(MapSize(parts));
        float* g = workspace.Take(Points * gStep);
        // Several pieces a panel where there are few.
        int pieces = Math.Clamp((PiecesOfAThread * threads + panels - 1) / panels, 1, heights);
        int[] held = new int[threads];
        for (int part = 0; part < parts.Blocks; part++)
        {
            TileBlock block = parts[part];
            bool adds = add || part > 0;
            cpu.Workers.ForEach(block.EndImage - block.FirstImage, (n, thread) =>
            {
                int image = block.FirstImage + n;
                Gradient(
                    dy, block with { FirstImage = image, EndImage = image + 1 }, maps[thread],
                    g + (nint)n * block.PerImage * pitchY, gStep);
            });
            Array.Fill(held, -1);
            cpu.Workers.ForEach(panels * pieces, (i, thread) =>
            {
                float* xs = v[thread], sum = sums[thread];
                int panel = i / pieces, piece = i % pieces;
                if (held[thread] != panel)
                    WinogradTransforms<F, V>.Input<M>(
                        x, d, panel * lanes, (panel + 1) * lanes, block, maps[thread], xs, lanes, vStep);
                held[thread] = panel;
                // All the heights of a piece together: its panel of v is read once for them.
                int h0 = heights * piece / pieces, h1 = heights * (piece + 1) / pieces, k0 = d.K * h0 / heights;
                for (int point = 0; point < Points; point++)
                    for (int height = h0; height < h1; height++)
                        Product(
                            xs + point * vStep, lanes, g + point * gStep, sum + point * sumStep, block.Tiles, height,
                            k0, false);
                for (int k = k0; k < d.K * h1 / heights; k++)
                    Finish(sum + (nint)(k - k0) * lanes, sumStep, dw, panel, k, adds);
            });
        }
    }

    long MapSize(TileGrid grid) => WinogradTransforms<F, V>.InputMapSize(grid) + V.Count * V.Count;

    void Gradient(float* dy, TileBlock block, float* map, float* g, nint gStep) =>
        WinogradTransforms<F, V>.OutputGradient<M>(dy, d.K, d.P, d.Q, block, map, g, pitchY, gStep);

    /// <summary>
    /// sums[k - k0][c] (+)= the sum over tiles of g[tile][k] * v[tile][c], for one height of output channels and the
    /// panel of input channels at v, whose tiles lie pitch apart.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Product(float* v, int pitch, float* g, float* sums, int tiles, int height, int k0, bool add)
    {
        int k = d.K * height / heights, rows = d.K * (height + 1) / heights - k;
        float* to = sums + (nint)(k - k0) * lanes;
        TileAhead ahead = new() { Lines = to, C = to + (nint)rows * lanes };
        RegisterTile<V>.Packed(rows)(
            tiles, g + k, pitchY, v, pitch, to, lanes, null, add ? to : null, ClipRange.None, &ahead);
    }

    void Finish(float* sums, nint sumStep, float* dw, int panel, int k, bool add)
    {
        int taps = F.Taps * F.Taps;
        for (int half = 0; half < lanes; half += V.Count)
        {
            int c = panel * lanes + half;
            if (c < d.C)
                WinogradTransforms<F, V>.FilterGradient(
                    sums + half, sumStep, dw + ((nint)k * d.C + c) * taps, Math.Min(V.Count, d.C - c), add);
        }
    }
}
