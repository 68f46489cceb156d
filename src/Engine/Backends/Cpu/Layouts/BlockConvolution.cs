using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.Winograd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// Forward, directly, where input, output and residual lie in <see cref="ChannelBlocks{V}"/>. Nothing is packed but the
/// filters, once for all: a tile of pixels reads its input where it lies, and with padding a copy that has it. A thread
/// takes some lines of a map, or some whole small maps, through all panels of filters while they lie in L2.
/// </summary>
sealed unsafe class BlockConvolution<V> where V : unmanaged, ITileVector<V>
{
    // Input of a piece of work: a good part of a 1 MB L2 cache, beside a panel of filters.
    const int BlockBytes = 448 << 10;

    // Channels, of all taps, after which sums are kept and gone on from: filters of more would not stay in L2.
    const int MostDepth = 1024;

    // So that a thread that is done can take some of what another has left.
    const int PiecesOfAShare = 4;

    readonly CpuBackend cpu;
    readonly FilterPanels<V> filters;
    readonly ConvolutionShape d;
    readonly int tap, panels, widthIn, images;
    readonly bool isPadded, isOneLine;
    readonly TileGrid grid;

    /// <param name="cpu">The backend.</param>
    /// <param name="filters">The filters.</param>
    /// <param name="d">The convolution's extents, as <see cref="Takes"/> allows.</param>
    /// <param name="tap">Its first tap among those of the filters.</param>
    public BlockConvolution(CpuBackend cpu, FilterPanels<V> filters, in ConvolutionShape d, int tap = 0)
    {
        (this.cpu, this.filters, this.d, this.tap) = (cpu, filters, d, tap);
        panels = (d.K + FilterPanels<V>.Width - 1) / FilterPanels<V>.Width;
        int heightIn = LinesSeenBy(d.P);
        widthIn = (d.Q - 1) * d.StrideW + d.DilationW * (d.S - 1) + 1;
        isPadded = d.Top != 0 || d.Left != 0 || heightIn > d.H || widthIn > d.W;
        isOneLine = d is { R: 1, S: 1, StrideH: 1, StrideW: 1 } && !isPadded && d.W == d.Q;
        // A pixel's channels fill cache lines of their own: pixels that no filter sees are not read.
        int perPixel = d.C * sizeof(float) * Math.Min(d.StrideH, d.R) * Math.Min(d.StrideW, d.S);
        grid = new TileGrid(d.N, d.P, d.Q, 1, Math.Max(BlockBytes / perPixel, 1), cpu.Workers.Sharers);
        images = (d.N + grid.Groups - 1) / grid.Groups;
    }

    /// <summary>Whether there are tiles for a convolution.</summary>
    public static bool Takes(in ConvolutionShape d) =>
        d.C % V.Count == 0 && d.K % V.Count == 0 && d.StrideW <= BlockTile<V>.MostStride
        && (d is { StrideH: 1, StrideW: 1 } or { DilationH: 1, DilationW: 1 });

    /// <summary>y = relu?(conv(x, filters) + bias? + residual?).</summary>
    public void Run(float* x, float* y, Epilogue epilogue)
    {
        int threads = cpu.Workers.Sharers, pieces = threads == 1 ? 1 : PiecesOfAShare * threads;
        int parts = Math.Min(panels, (pieces + grid.Blocks - 1) / grid.Blocks);
        nint plane = (nint)LinesSeenBy(grid.MostLines) * widthIn * V.Count;
        int units = d.C / V.Count * d.R * d.S;
        Workspace workspace = cpu.Workspace.Begin();
        PerThread maps = workspace.TakeForEach(isPadded ? images * (d.C / V.Count) * plane : 0);
        PerThread scratch = workspace.TakeForEach(
            Scratch.OffsetFloats(units) + (long)grid.MostTiles * FilterPanels<V>.Width);
        cpu.Workers.ForEach(grid.Blocks * parts, (i, thread) =>
        {
            int block = i / parts, part = i - block * parts;
            TileBlock tiles = grid[block];
            Input input = isPadded ? Padded(x, tiles, maps[thread])
                : new Input(x, 0, (nint)d.C * d.H * d.W, (nint)d.H * d.W * V.Count, d.W, tiles.FirstLine * d.StrideH);
            Multiply(
                tiles, panels * part / parts, panels * (part + 1) / parts, input, new Scratch(scratch[thread], units),
                y, epilogue);
        });
    }

    /// <summary>Input lines that so many neighbouring lines of output see.</summary>
    int LinesSeenBy(int lines) => (lines - 1) * d.StrideH + d.DilationH * (d.R - 1) + 1;

    /// <summary>A copy of the lines that a block of pixels sees, with the padding around them.</summary>
    Input Padded(float* x, TileBlock tiles, float* map)
    {
        int lines = LinesSeenBy(tiles.Lines), blocks = d.C / V.Count;
        nint step = (nint)lines * widthIn * V.Count, plane = (nint)d.H * d.W;
        for (int n = tiles.FirstImage; n < tiles.EndImage; n++)
            for (int block = 0; block < blocks; block++)
                ChannelBlocks<V>.Lines(
                    x + ((nint)n * d.C + block * V.Count) * plane, plane, V.Count, d.H, d.W,
                    tiles.FirstLine * d.StrideH - d.Top, d.Left, lines, widthIn,
                    map + ((nint)(n - tiles.FirstImage) * blocks + block) * step, V.Count);
        return new Input(map, tiles.FirstImage, blocks * step, step, widthIn, 0);
    }

    /// <summary>Panels from .. to of a block of pixels.</summary>
    /// <param name="tiles">The lines of output.</param>
    /// <param name="from">The first panel.</param>
    /// <param name="to">The panel past the last.</param>
    /// <param name="input">Where the input lies.</param>
    /// <param name="scratch">The thread's own memory.</param>
    /// <param name="y">The maps.</param>
    /// <param name="epilogue">What is added, and what the sums are clipped to.</param>
    void Multiply(
        TileBlock tiles, int from, int to, in Input input, in Scratch scratch, float* y, in Epilogue epilogue)
    {
        int blocks = d.C / V.Count, units = blocks * d.R * d.S, panelWidth = FilterPanels<V>.Width;
        nint* offsets = scratch.Offsets;
        for (int t = 0, unit = 0; t < d.R * d.S; t++)
            for (int block = 0; block < blocks; block++)
                offsets[unit++] = block * input.BlockStep
                    + ((nint)(t / d.S) * d.DilationH * input.Width + t % d.S * d.DilationW) * V.Count;
        // Lines of pixels that are neighbours in input and output.
        int lines = isOneLine ? 1 : tiles.Lines, width = isOneLine ? tiles.PerImage : d.Q;
        int together = width == BlockTile<V>.Split && 2 * width <= V.TileRows ? 2 : 1;
        int heights = (width + V.TileRows - 1) / V.TileRows;
        int count = tiles.Images * ((lines + together - 1) / together) * heights;
        int parts = (units * V.Count + MostDepth - 1) / MostDepth;
        nint plane = (nint)d.P * d.Q;
        BlockWalk walk = new() { Right = plane * V.Count, Clip = epilogue.Clip, Step = panelWidth / count + 1 };
        walk.Jump = (together == 2 ? (nint)d.StrideH * input.Width : BlockTile<V>.Split * d.StrideW) * V.Count;
        for (int panel = from; panel < to; panel++)
        {
            int k = panel * panelWidth;
            walk.HasRight = k + V.Count < d.K;
            walk.Bias = epilogue.Bias == null ? null : epilogue.Bias + k;
            for (int part = 0; part < parts; part++)
            {
                int first = units * part / parts;
                walk.Offsets = offsets + first;
                walk.Count = units * (part + 1) / parts - first;
                float* lanes = Lanes(panel, first), sums = scratch.Sums;
                walk.Ahead = part < parts - 1 ? lanes + walk.Count * V.Count * panelWidth : Lanes(panel + 1, 0);
                for (int n = tiles.FirstImage; n < tiles.EndImage; n++)
                    for (int line = 0; line < lines; line += together)
                    {
                        int pixels = width * Math.Min(together, lines - line);
                        float* a = input.At(n, line * d.StrideH);
                        nint at = ((nint)n * d.K + k) * plane + (nint)(tiles.FirstLine + line) * d.Q * V.Count;
                        for (int i = 0; i < heights; i++)
                        {
                            int q = pixels * i / heights, rows = pixels * (i + 1) / heights - q;
                            nint place = at + (nint)q * V.Count;
                            walk.Begun = part > 0 ? sums : null;
                            walk.Kept = part < parts - 1 ? sums : null;
                            BlockTile<V>.Of(rows, d.StrideW)(
                                &walk, a + (nint)q * d.StrideW * V.Count, lanes, y + place,
                                epilogue.Addend == null ? null : epilogue.Addend + place);
                            sums += rows * panelWidth;
                            walk.Ahead += walk.Count * V.Count * walk.Step;
                        }
                    }
            }
        }
    }

    /// <summary>The filters of a panel, and of the one past the last, from a block of channels of a tap on.</summary>
    float* Lanes(int panel, int unit) => filters[panel] + ((nint)tap * d.C + unit * V.Count) * FilterPanels<V>.Width;

    /// <summary>Maps in blocks of channels, padded or not.</summary>
    /// <param name="x">The first block of the first image.</param>
    /// <param name="firstImage">That image.</param>
    /// <param name="image">Floats from one image to the next.</param>
    /// <param name="blockStep">Floats from one block of channels to the next.</param>
    /// <param name="width">Pixels of a line.</param>
    /// <param name="top">The line that the first line of output begins at.</param>
    readonly struct Input(float* x, int firstImage, nint image, nint blockStep, int width, int top)
    {
        readonly float* x = x;
        readonly nint image = image;
        readonly int firstImage = firstImage, top = top;

        public nint BlockStep { get; } = blockStep;

        public int Width { get; } = width;

        public float* At(int n, int line) =>
            x + (n - firstImage) * image + (nint)(top + line) * Width * V.Count;
    }

    /// <summary>Offsets of a tile's steps, and sums of the pixels of a block that are not complete.</summary>
    readonly struct Scratch(float* memory, int units)
    {
        public nint* Offsets { get; } = (nint*)memory;

        public float* Sums { get; } = memory + OffsetFloats(units);

        public static int OffsetFloats(int units) =>
            (units * sizeof(nint) / sizeof(float) + CpuBuffer.Line - 1) / CpuBuffer.Line * CpuBuffer.Line;
    }
}
