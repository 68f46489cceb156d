using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.SmallConvolution;

/// <summary>
/// Convolution + bias + ReLU + 2x2 max pool, one image after another, images split over the threads. The input is read
/// in place (or from a copy with its padding), one pixel broadcast to all output channels of a tile, so nothing is
/// packed but the weights; what a tile makes is pooled before it leaves the registers. Maps lie in planes or in blocks
/// of channels; y in blocks is written where it belongs, in planes it is transposed.
/// </summary>
static unsafe class PooledForward<V> where V : unmanaged, ITileVector<V>
{
    const int PiecesOfAThread = 4;

    static int TileChannels => PooledTile<V>.Channels;

    /// <summary>
    /// Arguments as <see cref="IConvolution.ForwardReluMaxPool"/>; index: [image][window][K padded], or null.
    /// </summary>
    public static void Run(
        CpuBackend cpu, float* x, float* weight, float* bias, float* y, byte* index, PooledDims d)
    {
        WorkerPool workers = cpu.Workers;
        nint packed = (nint)d.PaddedK * (d.Taps + 1), offsetFloats = 2 * d.Taps;
        nint padded = d.IsPadded ? Round((nint)d.C * d.PaddedH * d.PaddedW + CpuBuffer.Slack) : 0;
        nint perThread = padded + (d.IsYInBlocks ? 0 : (nint)d.Windows * d.PaddedK);
        Workspace workspace = cpu.Workspace.Begin();
        float* weights = workspace.Take(packed);
        nint* offsets = (nint*)workspace.Take(offsetFloats);
        PerThread own = workspace.TakeForEach(perThread);
        Pack(weight, bias, weights, d);
        FillOffsets(offsets, d);
        for (int thread = 0; d.IsPadded && thread < workers.Threads; thread++)
            new Span<float>(own[thread], (int)padded).Clear();
        int groups = Math.Min(d.N, PiecesOfAThread * workers.Sharers);
        workers.ForEach(groups, (i, thread) => Images(
            (int)((long)d.N * i / groups), (int)((long)d.N * (i + 1) / groups), own[thread]));

        void Images(int first, int end, float* copy)
        {
            float* pooled = copy + padded;
            for (int n = first; n < end; n++)
            {
                float* image = x + (nint)n * d.C * d.H * d.W;
                if (d.IsPadded)
                {
                    CopyInside(image, copy, d);
                    image = copy;
                }
                byte* chosen = index == null ? null : index + (nint)n * d.Windows * d.PaddedK;
                float* to = y + (nint)n * d.K * d.Windows;
                if (d.IsXInBlocks) Image<ChannelBlocks<V>>(image, weights, offsets, pooled, chosen, to, d);
                else Image<Planes<V>>(image, weights, offsets, pooled, chosen, to, d);
                if (!d.IsYInBlocks) MapTranspose<V>.Run(pooled, d.PaddedK, to, d.Windows, d.Windows, d.K);
            }
        }
    }

    static nint Round(nint floats) => (floats + 15) & ~15;

    /// <summary>Blocks of a tile's channels: the bias, then [tap][channel]; 0 beyond K.</summary>
    static void Pack(float* weight, float* bias, float* to, in PooledDims d)
    {
        int taps = d.Taps, channels = TileChannels;
        for (int k = 0; k < d.PaddedK; k += channels, to += channels * (taps + 1))
        {
            int given = Math.Clamp(d.K - k, 0, channels);
            if (given < channels) new Span<float>(to, channels * (taps + 1)).Clear();
            new ReadOnlySpan<float>(bias + k, given).CopyTo(new Span<float>(to, given));
            MapTranspose<V>.Run(weight + (nint)k * taps, taps, to + channels, channels, given, taps);
        }
    }

    static void FillOffsets(nint* to, in PooledDims d)
    {
        for (int c = 0; c < d.C; c++)
            for (int r = 0; r < d.R; r++)
                for (int s = 0; s < d.S; s++)
                    *to++ = ((nint)(c / d.XBlock) * d.PaddedH + r) * d.Line + s * d.XBlock + c % d.XBlock;
    }

    /// <summary>Copies an image into one with padding, whose rim stays as it is.</summary>
    public static void CopyInside(float* image, float* to, in PooledDims d)
    {
        int line = d.W * d.XBlock;
        for (int c = 0; c < d.C / d.XBlock; c++)
            for (int h = 0; h < d.H; h++)
                new Span<float>(image + ((nint)c * d.H + h) * line, line).CopyTo(
                    new Span<float>(to + ((nint)c * d.PaddedH + h + d.Top) * d.Line + d.Left * d.XBlock, line));
    }

    /// <summary>
    /// Makes the map of an image: where it belongs, or [window][channel] beside it, and asks for where it goes next.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    static void Image<M>(
        float* x, float* weights, nint* offsets, float* pooled, byte* index, float* next, in PooledDims d)
        where M : struct, IMapLayout<V>
    {
        nint line = d.Line, stride = d.PaddedK, taps = d.Taps;
        nint window = d.IsYInBlocks ? V.Count : stride, half = d.IsYInBlocks ? (nint)d.Windows * V.Count : V.Count;
        // Three windows fill 32 registers; with 16 one window is what fits.
        int widest = V.Count == 16 ? 3 : 1;
        for (int k = 0; k < d.K; k += TileChannels)
        {
            float* bias = weights + (taps + 1) * k, weight = bias + TileChannels;
            float* y = d.IsYInBlocks ? next + (nint)k * d.Windows : pooled + k;
            byte* i = index == null ? null : index + k;
            for (int p = 0; p < d.P; p++)
            {
                if (k == 0 && !d.IsYInBlocks) Ahead<V>.Ask(next, (nint)d.K * d.Windows, p, d.P);
                float* at = x + 2 * p * line;
                for (int left = d.Q; left > 0;)
                {
                    // 4 windows as 2 + 2: a lone window has too few sums in flight for the multiply-add's latency.
                    int windows = left == 4 && widest == 3 ? 2 : Math.Min(left, widest);
                    if (windows == 3)
                        PooledTile<V>.Run<Constant.Three, M>(
                            at, line, offsets, taps, weight, bias, y, window, half, i, stride);
                    else if (windows == 2)
                        PooledTile<V>.Run<Constant.Two, M>(
                            at, line, offsets, taps, weight, bias, y, window, half, i, stride);
                    else
                        PooledTile<V>.Run<Constant.One, M>(
                            at, line, offsets, taps, weight, bias, y, window, half, i, stride);
                    left -= windows;
                    at += 2 * windows * d.XBlock;
                    y += windows * window;
                    if (i != null) i += windows * stride;
                }
            }
        }
    }
}
