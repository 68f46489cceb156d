using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// dW[k][c][t] = sum over images and output pixels of dY[k][pixel] * X[c][pixel seen through tap t]. A step takes as
/// many output lines (or whole images) as fit L2. Its part of X is transposed into zero-padded maps with a tile's width
/// of channels innermost ([block][image][line][pixel][lanes]); every tap then reads the same copy at another offset,
/// where an im2col would hold it R * S times. dY is read where it lies.
/// <para>
/// Where the sums are small the threads split the pixels and add up at the end, in the order of the threads; otherwise
/// they split the (block, tap, tile of output channels) triples and no sums need merging. With few channels the lanes
/// hold im2col lines (taps and channels) instead of channels. A 1x1 filter has no taps to shift X by, so there the
/// smaller of X and dY is the one to be transposed.
/// </para>
/// </summary>
sealed unsafe class DirectWeightGradient<V, M> where V : unmanaged, ITileVector<V> where M : struct, IMapLayout<V>
{
    // What a thread's step should stay within, and the pixels below which loading and storing the sums shows.
    const int L2Bytes = 512 << 10, FewestPixels = 400;

    // Two vectors of channels a pixel, in a part of L1.
    const int PixelsInL1 = 200;

    // Sums of a thread that lie in L2 beside the step's maps.
    const int SmallSums = 256 << 10;

    readonly CpuBackend cpu;
    readonly ConvolutionShape d;
    readonly int lanes = 2 * V.Count, width, blocks, taps, tiles, images, lines, linesIn, threads;
    readonly bool isThin, splitsPixels, isSwapped;
    readonly long mapSize, sumSize, bandSize;
    readonly PerThread maps, channelLines;
    readonly float* sums;

    public DirectWeightGradient(CpuBackend cpu, in ConvolutionShape dims)
    {
        (this.cpu, d, threads) = (cpu, dims, cpu.Workers.Threads);
        isSwapped = d.K < d.C
            && d is { R: 1, S: 1, StrideH: 1, StrideW: 1, Top: 0, Left: 0, Bottom: 0, Right: 0 };
        if (isSwapped) d = d with { C = d.K, K = d.C };
        width = d.Left + d.W + d.Right;
        isThin = M.Together == 1 && 2 * d.C <= lanes && d.R * d.S > 1;
        taps = isThin ? 1 : d.R * d.S;
        blocks = ((isThin ? d.C * d.R * d.S : d.C) + lanes - 1) / lanes;
        tiles = M.RowTiles(d.K);
        sumSize = (long)blocks * taps * d.K * lanes;
        splitsPixels = isThin || blocks < threads || sumSize * sizeof(float) <= SmallSums;
        int mine = splitsPixels ? blocks : (blocks + threads - 1) / threads;
        int lineBytes = sizeof(float) * (d.K * d.Q + lanes * mine * (isThin ? d.Q : width * d.StrideH));
        lines = Math.Clamp(L2Bytes / lineBytes, 1, d.P);
        // Sums that lie in L3 or in memory cost more there and back than a step's maps do.
        bool areSmall = sumSize / (splitsPixels ? 1 : threads) * sizeof(float) <= SmallSums;
        if (!areSmall) lines = Math.Clamp((FewestPixels + d.Q - 1) / d.Q, lines, d.P);
        int bands = (d.P + lines - 1) / lines;
        lines = (d.P + bands - 1) / bands;
        int atLeast = (FewestPixels + d.P * d.Q - 1) / (d.P * d.Q);
        int most = splitsPixels ? (d.N + threads - 1) / threads : d.N;
        images = lines < d.P ? 1 : Math.Clamp(Math.Max(L2Bytes / (lineBytes * d.P), atLeast), 1, most);
        linesIn = (lines - 1) * d.StrideH + d.DilationH * (d.R - 1) + 1;
        // A share of the triples may end within a block and the next begin there.
        int held = splitsPixels ? blocks : Math.Min(mine + 1, blocks);
        mapSize = (long)images * held * lanes * (isThin ? lines * d.Q : linesIn * width) + lanes;
        bandSize = isThin ? (long)linesIn * width * d.C + lanes : 0;
        Workspace workspace = cpu.Workspace.Begin();
        (maps, channelLines) = (workspace.TakeForEach(mapSize), workspace.TakeForEach(bandSize));
        sums = workspace.Take((splitsPixels ? threads : 1) * sumSize);
    }

    public void Run(float* x, float* dy, float* dw, bool add)
    {
        if (isSwapped)
        {
            float* input = x;
            x = dy;
            dy = input;
        }
        if (threads == 1) Work(x, dy, 0);
        else cpu.Workers.Run(thread => Work(x, dy, thread));
        cpu.Workers.For((d.K + V.Count - 1) / V.Count, 2, (from, to) =>
        {
            for (int i = from; i < to; i++) Write(dw, i * V.Count, Math.Min((i + 1) * V.Count, d.K), add);
        });
    }

    void Work(float* x, float* dy, int thread)
    {
        int all = blocks * taps * tiles, groups = (d.N + images - 1) / images, bands = (d.P + lines - 1) / lines;
        (int from, int to) = splitsPixels ? (0, all) : cpu.Workers.Share(all, thread);
        (int step, int stop) = splitsPixels ? cpu.Workers.Share(groups * bands, thread) : (0, groups * bands);
        float* map = maps[thread] - from / (taps * tiles) * (nint)images * linesIn * width * lanes;
        float* sum = sums + (splitsPixels ? thread * sumSize : 0);
        bool isFirst = true;
        if (step == stop) new Span<float>(sum, checked((int)sumSize)).Clear();
        for (; step < stop; step++, isFirst = false)
        {
            int group = step / bands, p0 = (step - group * bands) * lines, p1 = Math.Min(p0 + lines, d.P);
            int n0 = (int)((long)d.N * group / groups), n1 = (int)((long)d.N * (group + 1) / groups);
            if (isThin) PackLines(x, channelLines[thread], map, n0, n1, p0, p1);
            else
                for (int block = from / (taps * tiles); block * taps * tiles < to; block++)
                    PackMaps(x, map, block, n0, n1, p0, p1);
            Sum(dy, map, sum, from, to, n0, n1, p0, p1, isFirst);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackMaps(float* x, float* maps, int block, int n0, int n1, int p0, int p1)
    {
        int plane = d.H * d.W, top = p0 * d.StrideH - d.Top;
        for (int n = n0; n < n1; n++)
        {
            float* map = maps + (nint)(block * images + n - n0) * linesIn * width * lanes;
            for (int c = block * lanes; c < (block + 1) * lanes; c += V.Count, map += V.Count)
                M.Lines(
                    x + ((nint)n * d.C + c) * plane, plane, d.C - c, d.H, d.W, top, d.Left, linesIn, width, map, lanes);
        }
    }

    /// <summary>
    /// The row of pixel (p, q): for each line r of taps, its S * C values; order r, s, c. They are neighbours in a band
    /// of the input's lines with the channels innermost, unless the filter is dilated.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackLines(float* x, float* band, float* maps, int n0, int n1, int p0, int p1)
    {
        int run = d.S * d.C, pitch = blocks * lanes, step = d.StrideW * d.C;
        nint line = (nint)width * d.C;
        for (int n = n0; n < n1; n++)
        {
            int top = p0 * d.StrideH - d.Top;
            FillBand(x + (nint)n * d.C * d.H * d.W, band, top, top + (p1 - p0) * d.StrideH);
            for (int p = p0; p < p1; p++)
            {
                float* row = maps + ((nint)(n - n0) * lines + p - p0) * d.Q * pitch;
                for (int q = 0; q < d.Q; q++, row += pitch)
                    for (int r = 0; r < d.R; r++)
                    {
                        float* from = band + ((p - p0) * d.StrideH + r * d.DilationH) * line + q * step;
                        float* to = row + r * run;
                        if (d.DilationW == 1)
                            // Whole vectors: what runs over is written next.
                            for (int j = 0; j < run; j += V.Count) V.Store(V.Load(from + j), to + j);
                        else
                            for (int s = 0; s < d.S; s++, from += d.DilationW * d.C)
                                for (int c = 0; c < d.C; c++) *to++ = from[c];
                    }
            }
        }
    }

    /// <summary>Input lines from <paramref name="top"/> on, padded, with the channels innermost.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void FillBand(float* image, float* band, int top, int end)
    {
        int count = end - top - d.StrideH + d.DilationH * (d.R - 1) + 1, channels = d.C;
        for (int i = 0; i < count; i++, band += (nint)width * channels)
        {
            int h = top + i;
            new Span<float>(band, width * channels).Clear();
            if ((uint)h >= (uint)d.H) continue;
            for (int c = 0; c < channels; c++)
            {
                float* from = image + ((nint)c * d.H + h) * d.W, to = band + d.Left * channels + c;
                for (int w = 0; w < d.W; w++, to += channels) *to = from[w];
            }
        }
    }

    /// <summary>
    /// Some of the (block, tap, tile) triples over a step's pixels: for each block and tap as many of these as stay in
    /// L1 go through all of its tiles.
    /// </summary>
    void Sum(float* dy, float* map, float* sum, int from, int to, int n0, int n1, int p0, int p1, bool isFirst)
    {
        int pitch = isThin ? blocks * lanes : d.StrideW * lanes, perImage = (p1 - p0) * d.Q;
        int someImages = Math.Clamp(PixelsInL1 / perImage, 1, n1 - n0);
        int someLines = someImages > 1 ? p1 - p0 : Math.Clamp(PixelsInL1 / d.Q, 1, p1 - p0);
        nint line = isThin ? (nint)d.Q * pitch : (nint)d.StrideH * width * lanes;
        nint image = isThin ? lines * line : (nint)linesIn * width * lanes;
        TileWalk walk = new()
        {
            ARow = M.Channel(1, d.Pixels) - M.Channel(0, d.Pixels),
            APixel = M.Together,
            BPixel = pitch,
            BRight = V.Count,
            BLine = line - (nint)d.Q * pitch,
        };
        for (int part = from / tiles; part * tiles < to; part++)
        {
            int block = part / taps, t = part - block * taps;
            nint tap = (nint)(t / d.S) * d.DilationH * width + t % d.S * d.DilationW;
            float* maps = map + (isThin ? block * lanes : block * images * image + tap * lanes);
            int first = Math.Max(from - part * tiles, 0), last = Math.Min(to - part * tiles, tiles);
            bool adds = !isFirst;
            for (int n = n0; n < n1; n += someImages)
                for (int p = p0; p < p1; p += someLines, adds = true)
                {
                    (walk.Images, walk.Lines) = (Math.Min(someImages, n1 - n), Math.Min(someLines, p1 - p));
                    walk.AImage = (nint)d.K * d.Pixels - walk.Lines * d.Q * M.Together;
                    walk.BImage = image - walk.Lines * line;
                    walk.Width = d.Q;
                    // Lines without a gap are one long line.
                    if (walk.BLine == 0) (walk.Width, walk.Lines) = (walk.Lines * d.Q, 1);
                    float* b = maps + (n - n0) * image + (p - p0) * line;
                    float* next = p + someLines < p1 ? Dy(n, p + someLines, 0) : Dy(n + someImages, p0, 0);
                    for (int tile = first; tile < last; tile++)
                    {
                        int k = d.K * tile / tiles, rows = d.K * (tile + 1) / tiles - k;
                        float* at = Dy(n, p, k);
                        // The next tiles' channels, and behind the last ones the next pixels.
                        walk.Ahead = (nint)((tile < last - 1 ? at + M.Channel(M.Together, d.Pixels) : next) - at);
                        RegisterTile<V>.InPlace(rows)(
                            &walk, at, b, sum + ((nint)part * d.K + k) * lanes, lanes, adds);
                    }
                }
        }

        float* Dy(int n, int p, int k) =>
            dy + (nint)n * d.K * d.Pixels + M.Channel(k, d.Pixels) + (nint)p * d.Q * M.Together;
    }

    /// <summary>Sums of output channels k0 .. k1 - 1, in the weight's order.</summary>
    void Write(float* dw, int k0, int k1, bool add)
    {
        int all = d.R * d.S;
        WeightSums<V> from = new(splitsPixels ? threads : 1, (nint)sumSize, add);
        if (isThin)
        {
            // Lane and line are the tap and the channel: few sums.
            for (int k = k0; k < k1; k++)
                for (int t = 0; t < all; t++)
                    for (int c = 0, i = t * d.C; c < d.C; c++, i++)
                        from.Copy(SumsOf(i / lanes, k) + i % lanes, dw + ((nint)k * d.C + c) * all + t, 1);
            return;
        }
        for (int block = 0; block < blocks; block++)
        {
            int c = block * lanes, channels = Math.Min(lanes, d.C - c);
            if (isSwapped)
            {
                from.Turn(SumsOf(block, k0), lanes, k1 - k0, dw + (nint)c * d.K + k0, d.K, channels);
                continue;
            }
            for (int k = k0; k < k1; k++)
            {
                float* to = dw + ((nint)k * d.C + c) * all;
                if (all == 1) from.Copy(SumsOf(block, k), to, channels);
                else from.Turn(SumsOf(block, k), (nint)d.K * lanes, all, to, all, channels);
            }
        }
    }

    /// <summary>The sums of a block's first tap and an output channel.</summary>
    float* SumsOf(int block, int k) => sums + ((nint)block * taps * d.K + k) * lanes;
}
