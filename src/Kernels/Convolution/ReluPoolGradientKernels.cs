using ILGPU;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Images of C channels of H x W, with padding PaddedH x PaddedW; K filters of R x S; a map of P x Q windows.
/// </summary>
public readonly record struct ReluPoolGradientDims(
    int Images, int C, int H, int W, int K, int R, int S, int P, int Q, int Top, int Left, int PaddedH, int PaddedW);

/// <summary>
/// The gradients of convolution + bias + ReLU + 2 x 2 max pool. One pixel of a window has a gradient, or none, so no
/// map of gradients is made: these kernels go from window to window. Images are turned to [image][line][pixel][channel]
/// with their padding, where the taps of a line and their channels are neighbours. Every sum is one chain of fused
/// multiply-adds in a fixed order, the CPU backend's: both give the same bits.
/// </summary>
public static partial class ReluPoolGradientKernels
{
    const int Cut = 4;

    /// <summary>
    /// map = x with its padding, channels last; 0 everywhere where <paramref name="copies"/> is 0. One item a pixel;
    /// items past the last image write zeros, for what reads over the end.
    /// </summary>
    [Kernel]
    public static void PixelsFirst(
        Index1D i, ArrayView<float> x, ArrayView<float> map, ReluPoolGradientDims d, int copies)
    {
        int w = i % d.PaddedW - d.Left, h = i / d.PaddedW % d.PaddedH - d.Top, n = i / (d.PaddedW * d.PaddedH);
        bool inside = copies != 0 && n < d.Images && h >= 0 && h < d.H && w >= 0 && w < d.W;
        for (int c = 0; c < d.C; c++)
            map[i * d.C + c] = inside ? x[((n * d.C + c) * d.H + h) * d.W + w] : 0f;
    }

    /// <summary>x = the inside of map, channels first again. Parallel over x.</summary>
    [Kernel]
    public static void ChannelsFirst(Index1D i, ArrayView<float> map, ArrayView<float> x, ReluPoolGradientDims d)
    {
        int w = i % d.W + d.Left, h = i / d.W % d.H + d.Top, c = i / (d.W * d.H) % d.C, n = i / (d.W * d.H * d.C);
        x[i] = map[((n * d.PaddedH + h) * d.PaddedW + w) * d.C + c];
    }

    /// <summary>y[k, r, s, c] = weight[k, c, r, s]. Parallel over y.</summary>
    [Kernel]
    public static void ChannelsLast(Index1D i, ArrayView<float> weight, ArrayView<float> y, ReluPoolGradientDims d)
    {
        int c = i % d.C, s = i / d.C % d.S, r = i / (d.C * d.S) % d.R, k = i / (d.C * d.S * d.R);
        y[i] = weight[((k * d.C + c) * d.R + r) * d.S + s];
    }

    /// <summary>
    /// parts[part, k, c, r, s] = the sum over the images of a part of the batch, over windows, of dy times the input
    /// under the tap. One item some neighbours of a line of taps [s][c] of one filter, for one part; 2 FLOPs a window,
    /// tap and channel. Overwrites. Deterministic.
    /// </summary>
    [Kernel]
    public static void WeightParts<TLanes>(
        Index1D i, ArrayView<float> map, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> parts,
        ReluPoolGradientDims d, int partCount)
        where TLanes : struct, ILanes
    {
        int line = d.S * d.C, blocks = (line + TLanes.Count - 1) / TLanes.Count;
        int first = i % blocks * TLanes.Count, r = i / blocks % d.R, k = i / (blocks * d.R) % d.K;
        int part = i / (blocks * d.R * d.K);
        var bytes = places.Cast<byte>();
        var sums = LocalMemory.Allocate<float>(TLanes.Count);
        for (int lane = 0; lane < TLanes.Count; lane++)
            sums[lane] = 0f;
        for (int n = d.Images * part / partCount; n < d.Images * (part + 1) / partCount; n++)
            for (int p = 0; p < d.P; p++)
                for (int q = 0; q < d.Q; q++)
                {
                    int window = ((n * d.K + k) * d.P + p) * d.Q + q, place = bytes[window];
                    if (place == Cut) continue;
                    float gradient = dy[window];
                    int h = 2 * p + place / 2 + r, w = 2 * q + place % 2;
                    var from = map.SubView(((n * d.PaddedH + h) * d.PaddedW + w) * d.C + first, TLanes.Count);
                    for (int lane = 0; lane < TLanes.Count; lane++)
                        sums[lane] = Fused.MultiplyAdd(gradient, from[lane], sums[lane]);
                }
        for (int lane = 0; lane < TLanes.Count; lane++)
        {
            int s = (first + lane) / d.C, c = (first + lane) % d.C;
            if (s < d.S) parts[(((part * d.K + k) * d.C + c) * d.R + r) * d.S + s] = sums[lane];
        }
    }

    /// <summary>
    /// parts[part, k] = the sum of dy over the windows that ReLU has not cut, of each image, then over the part's
    /// images. Parallel over parts. Overwrites.
    /// </summary>
    [Kernel]
    public static void BiasParts(
        Index1D i, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> parts, ReluPoolGradientDims d,
        int partCount)
    {
        int k = i % d.K, part = i / d.K, windows = d.P * d.Q;
        var bytes = places.Cast<byte>();
        float total = 0f;
        for (int n = d.Images * part / partCount; n < d.Images * (part + 1) / partCount; n++)
        {
            float sum = 0f;
            for (int window = 0; window < windows; window++)
            {
                int at = (n * d.K + k) * windows + window;
                sum += bytes[at] == Cut ? 0f : dy[at];
            }
            total += sum;
        }
        parts[i] = total;
    }

    /// <summary>y[i] = the sum of parts[part, i] in the order of the parts, or adds it. Parallel over y.</summary>
    [Kernel]
    public static void SumParts(Index1D i, ArrayView<float> parts, ArrayView<float> y, int partCount, int length,
        int accumulate)
    {
        float sum = 0f;
        for (int part = 0; part < partCount; part++)
            sum += parts[part * length + i];
        y[i] = accumulate != 0 ? y[i] + sum : sum;
    }

    /// <summary>
    /// Adds to each pixel of map what it gave: for each filter and line of taps, over the windows above it. One item
    /// some channels of a line of map. 2 FLOPs a window, tap and channel. Deterministic.
    /// </summary>
    [Kernel]
    public static void InputLines<TLanes>(
        Index1D i, ArrayView<float> weight, ArrayView<int> places, ArrayView<float> dy, ArrayView<float> map,
        ReluPoolGradientDims d)
        where TLanes : struct, ILanes
    {
        int blocks = (d.C + TLanes.Count - 1) / TLanes.Count, first = i % blocks * TLanes.Count;
        int lanes = Math.Min(TLanes.Count, d.C - first), h = i / blocks % d.PaddedH, n = i / (blocks * d.PaddedH);
        var bytes = places.Cast<byte>();
        for (int k = 0; k < d.K; k++)
            for (int r = 0; r < d.R; r++)
            {
                int row = h - r, p = row / 2; // the line of the full map on which tap r meets line h
                if (row < 0 || p >= d.P) continue;
                for (int q = 0; q < d.Q; q++)
                {
                    int window = ((n * d.K + k) * d.P + p) * d.Q + q, place = bytes[window];
                    if (place / 2 != row % 2) continue;
                    float gradient = dy[window];
                    for (int s = 0; s < d.S; s++)
                    {
                        int w = 2 * q + place % 2 + s;
                        var to = map.SubView(((n * d.PaddedH + h) * d.PaddedW + w) * d.C + first, lanes);
                        var tap = weight.SubView(((k * d.R + r) * d.S + s) * d.C + first, lanes);
                        for (int lane = 0; lane < lanes; lane++)
                            to[lane] = Fused.MultiplyAdd(gradient, tap[lane], to[lane]);
                    }
                }
            }
    }
}
