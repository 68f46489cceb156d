using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.Winograd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// dW[k][c] = sum over images and pixels of dY[k] * X[c] for a 1x1 filter without padding, where maps lie in
/// <see cref="ChannelBlocks{V}"/>: tiles read both where they lie and gather their sums where dW lies, so nothing is
/// packed or turned.
/// <para>
/// Where dW is small the threads split the pixels and add up at the end, in the order of the threads; otherwise they
/// split the longer side of dW, and each reads all of the other's map.
/// </para>
/// </summary>
sealed unsafe class BlockPixelGradient<V> where V : unmanaged, ITileVector<V>
{
    // Two vectors of input channels each, in a part of L1.
    const int PixelsInL1 = 200;

    // Output channels of those pixels, which all blocks of input channels go through: a good part of L2.
    const int BytesInL2 = 448 << 10;

    // The largest dW that each thread has one of, beside the maps in L2.
    const int SmallSums = 128 << 10;

    readonly CpuBackend cpu;
    readonly ConvolutionShape d;
    readonly int tiles, blocks, width = RegisterTile<V>.Width;
    readonly nint plane, planeIn;
    readonly TileGrid grid;

    /// <param name="cpu">The backend.</param>
    /// <param name="d">The convolution's extents, as <see cref="Takes"/> allows.</param>
    public BlockPixelGradient(CpuBackend cpu, in ConvolutionShape d)
    {
        (this.cpu, this.d) = (cpu, d);
        (tiles, blocks) = (ChannelBlocks<V>.RowTiles(d.K), d.C / width);
        (plane, planeIn) = ((nint)d.P * d.Q, (nint)d.H * d.W);
        grid = new TileGrid(d.N, d.P, d.Q, 1, PixelsInL1, threads: 1);
    }

    /// <summary>Whether the filter has one tap that sees no padding, and input channels fill tiles.</summary>
    public static bool Takes(in ConvolutionShape d) =>
        d is { R: 1, S: 1, Top: 0, Left: 0, Bottom: 0, Right: 0 } && d.C % RegisterTile<V>.Width == 0;

    public void Run(float* x, float* dy, float* dw, bool add)
    {
        int threads = cpu.Workers.Threads, size = d.K * d.C;
        Part all = new(0, grid.Blocks, 0, tiles, 0, blocks);
        if (threads == 1) Sum(x, dy, dw, add, all);
        else if ((long)size * sizeof(float) > SmallSums)
            cpu.Workers.Run(thread =>
            {
                (int from, int to) = cpu.Workers.Share(d.K < d.C ? blocks : tiles, thread);
                Part mine = d.K < d.C ? all with { Block = from, EndBlock = to }
                    : all with { Tile = from, EndTile = to };
                Sum(x, dy, dw, add, mine);
            });
        else
        {
            float* sums = cpu.Workspace.Begin().Take((long)threads * size);
            cpu.Workers.Run(thread =>
            {
                (int from, int to) = cpu.Workers.Share(grid.Blocks, thread);
                float* mine = sums + (nint)thread * size;
                if (from == to) new Span<float>(mine, size).Clear();
                Sum(x, dy, mine, false, all with { Step = from, EndStep = to });
            });
            new WeightSums<V>(threads, size, add).Copy(sums, dw, size);
        }
    }

    /// <summary>What a thread sums.</summary>
    /// <param name="Step">The first block of pixels.</param>
    /// <param name="EndStep">The block of pixels after the last.</param>
    /// <param name="Tile">The first tile of output channels.</param>
    /// <param name="EndTile">The tile after the last.</param>
    /// <param name="Block">The first block of input channels.</param>
    /// <param name="EndBlock">The block after the last.</param>
    readonly record struct Part(int Step, int EndStep, int Tile, int EndTile, int Block, int EndBlock);

    void Sum(float* x, float* dy, float* sums, bool add, Part part)
    {
        TileWalk walk = new()
        {
            ARow = 1,
            APixel = V.Count,
            BPixel = d.StrideW * V.Count,
            BLine = (d.StrideH * d.W - d.Q * d.StrideW) * V.Count,
            BRight = planeIn * V.Count,
        };
        int count = part.EndTile - part.Tile;
        for (int step = part.Step; step < part.EndStep; step++, add = true)
        {
            TileBlock pixels = grid[step];
            (walk.Images, walk.Lines, walk.Width) = (pixels.Images, pixels.Lines, d.Q);
            walk.AImage = d.K * plane - pixels.PerImage * V.Count;
            walk.BImage = d.C * planeIn - (nint)pixels.Lines * d.StrideH * d.W * V.Count;
            // Lines without a gap are one long line.
            if (walk.BLine == 0) (walk.Width, walk.Lines) = (pixels.PerImage, 1);
            int chunks = 1 + (int)((long)count * d.K / tiles * pixels.Tiles * sizeof(float) / BytesInL2);
            for (int chunk = 0; chunk < chunks; chunk++)
            {
                int tile = part.Tile + count * chunk / chunks, end = part.Tile + count * (chunk + 1) / chunks;
                // Behind the last chunk of channels come the first of the next pixels.
                bool isLast = chunk == chunks - 1;
                TileBlock next = isLast ? grid[Math.Min(step + 1, part.EndStep - 1)] : pixels;
                nint ahead = Dy(next, isLast ? part.Tile : end) - Dy(pixels, tile);
                for (int block = part.Block; block < part.EndBlock; block++)
                {
                    float* b = x + X(pixels, block);
                    bool isLastBlock = block == part.EndBlock - 1;
                    float* nextB = x + (isLastBlock ? X(next, part.Block) : X(pixels, block + 1));
                    for (int i = tile; i < end; i++)
                    {
                        float* a = dy + Dy(pixels, i);
                        int k = FirstChannel(i);
                        // What is multiplied next, in time: output channels, or the two vectors of input channels.
                        walk.Ahead = (end - i) switch
                        {
                            1 => (nint)(nextB - a),
                            2 => (nint)(nextB + walk.BRight - a),
                            _ => isLastBlock ? ahead : V.Count * plane,
                        };
                        RegisterTile<V>.InPlace(FirstChannel(i + 1) - k)(
                            &walk, a, b, sums + (nint)k * d.C + block * width, d.C, add);
                    }
                }
            }
        }
    }

    int FirstChannel(int tile) => (int)((long)d.K * tile / tiles);

    /// <summary>Where a tile's channels begin in dY.</summary>
    nint Dy(TileBlock pixels, int tile) =>
        pixels.FirstImage * d.K * plane + ChannelBlocks<V>.Channel(FirstChannel(tile), plane)
        + (nint)pixels.FirstLine * d.Q * V.Count;

    /// <summary>Where a block of input channels begins in X.</summary>
    nint X(TileBlock pixels, int block) =>
        ((nint)pixels.FirstImage * d.C + block * width) * planeIn
        + (nint)pixels.FirstLine * d.StrideH * d.W * V.Count;
}
