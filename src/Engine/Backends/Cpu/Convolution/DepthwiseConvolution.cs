using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu.Convolution;

/// <summary>
/// Convolutions with a filter for each channel. Channels are in the lanes, so that lines of any length and any stride
/// fill a vector: some lines of a vector of channels are copied with their padding, the output's are summed from them,
/// a pixel after the other, and written to where they belong. Threads share images and vectors of channels, and no sum
/// depends on their number.
/// </summary>
readonly unsafe struct DepthwiseConvolution<V, TLayout>(CpuBackend cpu, ConvolutionShape d)
    where V : unmanaged, ITileVector<V>
    where TLayout : struct, IMapLayout<V>
{
    // A strip of lines, which stays in L1 or L2 while the taps go over it.
    const int StripBytes = 64 * 1024;

    // Pixels whose sums are in registers together: as many as hide how long a multiply-add takes.
    const int Together = 8;

    // Likewise the sums of a tap, which are added at the end.
    const int PixelsOfATap = 4;

    readonly CpuBackend cpu = cpu;
    readonly ConvolutionShape d = d;

    int Vectors => (d.C + V.Count - 1) / V.Count;

    int Taps => d.R * d.S;

    int ColumnsSeen => (d.Q - 1) * d.StrideW + d.DilationW * (d.S - 1) + 1;

    int StripLines => Math.Clamp(StripBytes / (ColumnsSeen * V.Count * sizeof(float)) / d.StrideH, 1, d.P);

    /// <summary>y = clip(conv(x, weight) + bias).</summary>
    public void Forward(float* x, float* weight, float* bias, float* y, ClipRange clip)
    {
        DepthwiseConvolution<V, TLayout> own = this;
        ConvolutionShape d = this.d;
        int strip = StripLines, vectors = Vectors;
        nint planeIn = (nint)d.H * d.W, planeOut = (nint)d.P * d.Q;
        Workspace workspace = cpu.Workspace.Begin();
        float* filters = PackFilters(weight, workspace);
        nint* offsets = Offsets(workspace);
        PerThread maps = workspace.TakeForEach((long)LinesSeen(strip) * ColumnsSeen * V.Count);
        bool isInPlace = TLayout.Together == V.Count;
        PerThread sums = workspace.TakeForEach(isInPlace ? 0 : (long)strip * d.Q * V.Count);
        cpu.Workers.ForEach(d.N * vectors, (i, thread) =>
        {
            int n = i / vectors, c = (i - n * vectors) * V.Count, channels = Math.Min(V.Count, d.C - c);
            nint at = ((nint)n * d.C + c) * planeOut;
            float* map = maps[thread];
            Finish finish = new(bias == null ? null : bias + c, channels, clip);
            for (int p = 0; p < d.P; p += strip)
            {
                int lines = Math.Min(strip, d.P - p);
                own.Copy(x + ((nint)n * d.C + c) * planeIn, channels, p, lines, map);
                // In blocks a line is written where it belongs.
                float* to = isInPlace ? y + at + (nint)p * d.Q * V.Count : sums[thread];
                for (int line = 0; line < lines; line++)
                    Line(
                        map + (nint)line * d.StrideH * own.ColumnsSeen * V.Count, d.StrideW * V.Count, offsets,
                        filters + (nint)c * own.Taps, own.Taps, d.Q, finish, to + (nint)line * d.Q * V.Count);
                if (!isInPlace)
                    TLayout.Write(
                        to, V.Count, lines * d.Q, y, planeOut, at, p * d.Q, new(null, null, ClipRange.None), channels);
            }
        });
    }

    /// <summary>dx = the sum of dy through the taps that saw a pixel, or adds it.</summary>
    public void BackwardInput(float* dy, float* weight, float* dx, bool accumulate)
    {
        DepthwiseConvolution<V, TLayout> own = this;
        ConvolutionShape d = this.d;
        int vectors = Vectors;
        nint planeIn = (nint)d.H * d.W, planeOut = (nint)d.P * d.Q;
        // Pixels that no filter sees are there too, and stay 0.
        int lines = Math.Max(LinesSeen(d.P), d.Top + d.H), columns = Math.Max(ColumnsSeen, d.Left + d.W);
        Workspace workspace = cpu.Workspace.Begin();
        float* filters = PackFilters(weight, workspace);
        PerThread maps = workspace.TakeForEach((long)lines * columns * V.Count);
        PerThread gradients = workspace.TakeForEach((long)d.Q * V.Count);
        cpu.Workers.ForEach(d.N * vectors, (i, thread) =>
        {
            int n = i / vectors, c = (i - n * vectors) * V.Count, channels = Math.Min(V.Count, d.C - c);
            float* map = maps[thread], gradient = gradients[thread], filter = filters + (nint)c * own.Taps;
            new Span<float>(map, lines * columns * V.Count).Clear();
            for (int p = 0; p < d.P; p++)
            {
                TLayout.Lines(
                    dy + ((nint)n * d.C + c) * planeOut, planeOut, channels, d.P, d.Q, p, 0, 1, d.Q, gradient, V.Count);
                own.Scatter(gradient, filter, map + (nint)p * d.StrideH * columns * V.Count, columns);
            }
            nint image = ((nint)n * d.C + c) * planeIn;
            Epilogue epilogue = new(null, accumulate ? dx : null, ClipRange.None);
            for (int h = 0; h < d.H; h++)
                TLayout.Write(
                    map + ((nint)(h + d.Top) * columns + d.Left) * V.Count, V.Count, d.W, dx, planeIn, image, h * d.W,
                    epilogue, channels);
        });
    }

    /// <summary>dw = the sum over images and pixels of dy and of x as a tap saw it, or adds it.</summary>
    public void BackwardWeight(float* x, float* dy, float* dw, bool accumulate)
    {
        DepthwiseConvolution<V, TLayout> own = this;
        ConvolutionShape d = this.d;
        int strip = StripLines, taps = Taps;
        nint planeIn = (nint)d.H * d.W, planeOut = (nint)d.P * d.Q;
        Workspace workspace = cpu.Workspace.Begin();
        nint* offsets = Offsets(workspace);
        PerThread maps = workspace.TakeForEach((long)LinesSeen(strip) * ColumnsSeen * V.Count);
        PerThread gradients = workspace.TakeForEach((long)strip * d.Q * V.Count);
        PerThread sums = workspace.TakeForEach((long)taps * V.Count);
        cpu.Workers.ForEach(Vectors, (i, thread) =>
        {
            int c = i * V.Count, channels = Math.Min(V.Count, d.C - c);
            float* map = maps[thread], gradient = gradients[thread], sum = sums[thread];
            new Span<float>(sum, taps * V.Count).Clear();
            for (int n = 0; n < d.N; n++)
                for (int p = 0; p < d.P; p += strip)
                {
                    int lines = Math.Min(strip, d.P - p);
                    own.Copy(x + ((nint)n * d.C + c) * planeIn, channels, p, lines, map);
                    TLayout.Lines(
                        dy + ((nint)n * d.C + c) * planeOut, planeOut, channels, d.P, d.Q, p, 0, lines, d.Q, gradient,
                        V.Count);
                    for (int line = 0; line < lines; line++)
                        AddProducts(
                            map + (nint)line * d.StrideH * own.ColumnsSeen * V.Count, d.StrideW * V.Count, offsets,
                            gradient + (nint)line * d.Q * V.Count, taps, d.Q, sum);
                }
            for (int k = 0; k < channels; k++)
                for (int t = 0; t < taps; t++)
                {
                    float* to = dw + (nint)(c + k) * taps + t;
                    *to = accumulate ? *to + sum[t * V.Count + k] : sum[t * V.Count + k];
                }
        });
    }

    int LinesSeen(int lines) => (lines - 1) * d.StrideH + d.DilationH * (d.R - 1) + 1;

    /// <summary>Lines p, p + 1 ... of output see these of a vector of channels.</summary>
    void Copy(float* x, int channels, int p, int lines, float* map) => TLayout.Lines(
        x, (nint)d.H * d.W, channels, d.H, d.W, p * d.StrideH - d.Top, d.Left, LinesSeen(lines), ColumnsSeen, map,
        V.Count);

    /// <summary>Floats from what a pixel of output sees through its first tap to what it sees through each.</summary>
    nint* Offsets(Workspace workspace)
    {
        nint* offsets = (nint*)workspace.Take((long)Taps * sizeof(nint) / sizeof(float));
        for (int t = 0; t < Taps; t++)
            offsets[t] = ((nint)(t / d.S) * d.DilationH * ColumnsSeen + t % d.S * d.DilationW) * V.Count;
        return offsets;
    }

    /// <summary>The filters as [vector of channels][tap][channel], 0 where there is none.</summary>
    float* PackFilters(float* weight, Workspace workspace)
    {
        int vectors = Vectors, taps = Taps;
        float* filters = workspace.Take((long)vectors * taps * V.Count), to = filters;
        for (int c = 0; c < vectors * V.Count; c += V.Count)
            for (int t = 0; t < taps; t++)
                for (int k = 0; k < V.Count; k++, to++)
                    *to = c + k < d.C ? weight[(nint)(c + k) * taps + t] : 0;
        return filters;
    }

    /// <summary>A line of output: all taps' products, the bias, clipped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Line(
        float* map, nint step, nint* offsets, float* filter, int taps, int pixels, in Finish last, float* to)
    {
        V bias = last.Bias, low = last.Low, high = last.High;
        if (pixels < Together)
        {
            for (int q = 0; q < pixels; q++, map += step, to += V.Count)
            {
                V sum = V.Create(0);
                for (int t = 0; t < taps; t++)
                    V.AddProduct(ref sum, V.Load(map + offsets[t]), V.Load(filter + t * V.Count));
                V.Store(Clipping.Clip(sum + bias, low, high), to);
            }
            return;
        }
        for (int next = 0; next < pixels; next += Together)
        {
            // The last ones once more, rather than one by one.
            int q = Math.Min(next, pixels - Together);
            float* from = map + q * step, y = to + q * V.Count;
            V a = V.Create(0), b = a, c = a, e = a, f = a, g = a, h = a, i = a;
            for (int t = 0; t < taps; t++)
            {
                V weight = V.Load(filter + t * V.Count);
                float* at = from + offsets[t];
                V.AddProduct(ref a, V.Load(at), weight);
                V.AddProduct(ref b, V.Load(at + step), weight);
                V.AddProduct(ref c, V.Load(at + 2 * step), weight);
                V.AddProduct(ref e, V.Load(at + 3 * step), weight);
                V.AddProduct(ref f, V.Load(at + 4 * step), weight);
                V.AddProduct(ref g, V.Load(at + 5 * step), weight);
                V.AddProduct(ref h, V.Load(at + 6 * step), weight);
                V.AddProduct(ref i, V.Load(at + 7 * step), weight);
            }
            V.Store(Clipping.Clip(a + bias, low, high), y);
            V.Store(Clipping.Clip(b + bias, low, high), y + V.Count);
            V.Store(Clipping.Clip(c + bias, low, high), y + 2 * V.Count);
            V.Store(Clipping.Clip(e + bias, low, high), y + 3 * V.Count);
            V.Store(Clipping.Clip(f + bias, low, high), y + 4 * V.Count);
            V.Store(Clipping.Clip(g + bias, low, high), y + 5 * V.Count);
            V.Store(Clipping.Clip(h + bias, low, high), y + 6 * V.Count);
            V.Store(Clipping.Clip(i + bias, low, high), y + 7 * V.Count);
        }
    }

    /// <summary>What becomes of a vector of channels' sums.</summary>
    readonly struct Finish(float* bias, int channels, ClipRange clip)
    {
        public readonly V Bias = bias == null ? V.Create(0) : V.LoadMasked(bias, V.FirstLanes(channels));
        public readonly V Low = V.Create(clip.Low), High = V.Create(clip.High);
    }

    /// <summary>Adds a line of gradients to what its pixels saw, pixel after pixel and tap after tap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void Scatter(float* gradient, float* filter, float* map, int columns)
    {
        for (int q = 0; q < d.Q; q++, map += d.StrideW * V.Count)
        {
            V value = V.Load(gradient + q * V.Count);
            for (int r = 0, t = 0; r < d.R; r++)
            {
                float* to = map + (nint)r * d.DilationH * columns * V.Count;
                for (int s = 0; s < d.S; s++, t++, to += d.DilationW * V.Count)
                {
                    V sum = V.Load(to);
                    V.AddProduct(ref sum, value, V.Load(filter + t * V.Count));
                    V.Store(sum, to);
                }
            }
        }
    }

    /// <summary>Adds the products of a line of gradients and of what each tap saw to the tap's sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void AddProducts(
        float* map, nint step, nint* offsets, float* gradient, int taps, int pixels, float* sums)
    {
        for (int t = 0; t < taps; t++)
        {
            V a = V.Load(sums + t * V.Count), b = V.Create(0), c = b, e = b;
            float* at = map + offsets[t], from = gradient;
            int q = 0;
            for (; q <= pixels - PixelsOfATap; q += PixelsOfATap)
            {
                V.AddProduct(ref a, V.Load(at), V.Load(from));
                V.AddProduct(ref b, V.Load(at + step), V.Load(from + V.Count));
                V.AddProduct(ref c, V.Load(at + 2 * step), V.Load(from + 2 * V.Count));
                V.AddProduct(ref e, V.Load(at + 3 * step), V.Load(from + 3 * V.Count));
                at += PixelsOfATap * step;
                from += PixelsOfATap * V.Count;
            }
            for (; q < pixels; q++, at += step, from += V.Count) V.AddProduct(ref a, V.Load(at), V.Load(from));
            V.Store(a + b + (c + e), sums + t * V.Count);
        }
    }
}
