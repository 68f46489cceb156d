using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Forward where the maps of a batch are small beside the filters: pixels are the rows of the register tile and output
/// channels its lanes, so that no lane is empty at 7 x 7 or at one pixel, the threads split the filters, and each
/// filter is read once, from front to back. The pixels are few: their im2col is stored whole, for all threads.
/// <para>Taps that see nothing but padding, as most of a 5 x 5 filter on 2 x 2 pixels do, are left out.</para>
/// </summary>
sealed unsafe class SmallMapConvolution<V> where V : unmanaged, ITileVector<V>
{
    const int MostPixels = 400;

    // What it takes to hand a share to another thread, in multiplications; reading a weight takes as long as several.
    const double WorthSharing = 250_000, PerWeight = 8;

    readonly CpuBackend cpu;
    readonly FilterPanels<V> filters;
    readonly ConvolutionShape d;
    readonly int depth, panels, plane;
    readonly Im2colPanels<V> source;
    readonly List<Block> blocks = [];
    readonly List<Tile> tiles = [];

    /// <summary>Lines of the pixels from <paramref name="From"/> on meet lines of the filters from Filter on.</summary>
    readonly record struct Block(int From, int Filter, int Count);

    /// <summary>Pixels of a panel that a register tile takes at once.</summary>
    readonly record struct Tile(int Panel, int From, int Rows);

    /// <param name="cpu">The backend.</param>
    /// <param name="x">The maps.</param>
    /// <param name="filters">The filters.</param>
    /// <param name="d">The convolution's extents.</param>
    public SmallMapConvolution(CpuBackend cpu, float* x, FilterPanels<V> filters, in ConvolutionShape d)
    {
        (this.cpu, this.filters, this.d, plane) = (cpu, filters, d, d.P * d.Q);
        (int firstLine, int[] lines) = Seen(d.R, d.DilationH, d.Top, d.StrideH, d.P, d.H);
        (int firstColumn, int[] columns) = Seen(d.S, d.DilationW, d.Left, d.StrideW, d.Q, d.W);
        depth = lines.Length * columns.Length * d.C;
        source = new Im2colPanels<V>(
            x, new GridOverMaps(d.N, d.C, d.H, d.W, d.P, d.Q, d.StrideH, d.StrideW), lines, columns);
        bool isWhole = columns.Length == d.S;
        int runs = isWhole ? 1 : lines.Length, run = depth / Math.Max(runs, 1);
        for (int i = 0; i < runs; i++)
        {
            int filter = ((firstLine + i) * d.S + firstColumn) * d.C, count = DepthBlocks.BlockCount(run);
            for (int b = 0; b < count; b++)
            {
                int from = DepthBlocks.BlockStart(run, b), to = DepthBlocks.BlockStart(run, b + 1);
                blocks.Add(new Block(i * run + from, filter + from, to - from));
            }
        }
        int width = RegisterTile<V>.Width;
        panels = (source.Columns + width - 1) / width;
        for (int panel = 0; panel < panels; panel++)
        {
            int pixels = Math.Min(width, source.Columns - panel * width);
            int heights = (pixels + V.TileRows - 1) / V.TileRows;
            for (int i = 0; i < heights; i++)
            {
                int from = pixels * i / heights;
                tiles.Add(new Tile(panel, from, pixels * (i + 1) / heights - from));
            }
        }
    }

    /// <summary>
    /// Whether fewer lanes stay empty than where pixels are the lanes, and the pixels' copy stays in the caches.
    /// </summary>
    public static bool IsBetter(long pixels, int filters)
    {
        return pixels <= MostPixels && Filled(filters) >= Filled(pixels);

        static double Filled(long count)
        {
            int width = RegisterTile<V>.Width;
            return (double)count / ((count + width - 1) / width * width);
        }
    }

    /// <summary>y = clip(conv(x, filters) + bias? + residual?).</summary>
    public void Run(float* y, Epilogue epilogue)
    {
        int width = RegisterTile<V>.Width;
        double work = (double)source.Columns * depth * d.K + PerWeight * depth * d.K;
        Workspace workspace = cpu.Workspace.Begin();
        float* pixels = workspace.Take((long)panels * width * depth);
        long sumFloats = (long)panels * width * width;
        if (cpu.Workers.Threads == 1 || work < WorthSharing)
        {
            float* sum = workspace.Take(sumFloats);
            for (int i = 0; i < panels * blocks.Count; i++) Pack(i, pixels);
            for (int f = 0; f < filters.Count; f++) Panel(f, 0, tiles.Count, pixels, sum, y, epilogue);
            return;
        }
        PerThread sums = workspace.TakeForEach(sumFloats);
        cpu.Workers.ForEach(panels * blocks.Count, (i, _) => Pack(i, pixels));
        PanelPieces pieces = new(filters.Count, cpu.Workers.Sharers);
        cpu.Workers.ForEach(pieces.Count, (i, thread) =>
        {
            (int panel, int part, int parts) = pieces[i];
            int from = tiles.Count * part / parts, to = tiles.Count * (part + 1) / parts;
            if (from < to) Panel(panel, from, to, pixels, sums[thread], y, epilogue);
        });
    }

    void Pack(int index, float* pixels)
    {
        Block block = blocks[index / panels];
        int panel = index % panels;
        source.Pack(panel, block.From, block.Count, At(pixels, block, panel));
    }

    float* At(float* pixels, Block block, int panel) =>
        pixels + ((nint)block.From * panels + (nint)panel * block.Count) * RegisterTile<V>.Width;

    /// <summary>A panel of filters times some tiles, to the finished maps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Panel(int filter, int from, int to, float* pixels, float* sum, float* y, in Epilogue epilogue)
    {
        int width = RegisterTile<V>.Width;
        float* lines = filters[filter];
        // Not where another thread writes some of their lines.
        bool asks = from == 0 && to == tiles.Count;
        int part = 0, parts = (to - from) * blocks.Count;
        for (int b = 0; b < blocks.Count; b++)
        {
            Block block = blocks[b];
            float* weights = lines + (nint)block.Filter * width;
            // The filters' next block, a part beside each tile: it comes from memory.
            float* next = weights + (nint)block.Count * width;
            int step = (width + to - from - 1) / (to - from);
            for (int i = from; i < to; i++, part++)
            {
                Tile tile = tiles[i];
                float* sums = sum + ((nint)tile.Panel * width + tile.From) * width;
                TileAhead ahead = new() { Lines = next, Step = step, C = sums + (nint)tile.Rows * width };
                if (asks) Ask(y, filter, part, parts);
                if (asks && epilogue.Addend != null) Ask(epilogue.Addend, filter, part, parts);
                RegisterTile<V>.Packed(tile.Rows)(
                    block.Count, At(pixels, block, tile.Panel) + tile.From, width, weights, width, sums, width, null,
                    b > 0 ? sums : null, ClipRange.None, &ahead);
                next += block.Count * step;
            }
        }
        int first = tiles[from].Panel * width + tiles[from].From;
        int end = tiles[to - 1].Panel * width + tiles[to - 1].From + tiles[to - 1].Rows;
        for (int half = 0; half < width; half += V.Count)
        {
            int k = filter * width + half, channels = Math.Min(V.Count, d.K - k);
            if (channels > 0) Write(sum + half, first, end, y + (nint)k * plane, epilogue.From(k, plane), channels);
        }
    }

    /// <summary>Asks for a part of the maps of a panel's filters.</summary>
    void Ask(float* maps, int filter, int part, int parts)
    {
        int k = filter * RegisterTile<V>.Width, channels = Math.Min(RegisterTile<V>.Width, d.K - k);
        for (int n = 0; n < d.N; n++)
            Ahead<V>.Ask(maps + ((nint)n * d.K + k) * plane, (nint)channels * plane, part, parts);
    }

    /// <summary>Pixels first .. end, image by image.</summary>
    void Write(float* sum, int first, int end, float* y, in Epilogue epilogue, int channels)
    {
        for (int i = first; i < end;)
        {
            int n = i / plane, at = i - n * plane, run = Math.Min(plane - at, end - i);
            Planes<V>.Write(
                sum + (nint)i * RegisterTile<V>.Width, RegisterTile<V>.Width, run, y, plane, (nint)n * d.K * plane, at,
                epilogue, channels);
            i += run;
        }
    }

    /// <summary>The first tap that sees the map from some position, and the offsets from it to the last.</summary>
    static (int First, int[] Offsets) Seen(int taps, int dilation, int padding, int stride, int positions, int size)
    {
        int first = taps, last = -1;
        for (int tap = 0; tap < taps; tap++)
            for (int p = 0; p < positions; p++)
            {
                if ((uint)(p * stride + tap * dilation - padding) >= (uint)size) continue;
                (first, last) = (Math.Min(first, tap), tap);
                break;
            }
        int[] offsets = new int[Math.Max(last - first + 1, 1)];
        if (last < 0) first = 0; // padding alone: any tap is as good
        for (int i = 0; i < offsets.Length; i++) offsets[i] = (first + i) * dilation - padding;
        return (first, offsets);
    }
}
