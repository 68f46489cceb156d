using ILGPU;
using TripletGpu.Kernels.Functions;
using TripletGpu.Kernels.Reductions;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Convolutions with a filter for each channel (N, C, H, W) by (C, 1, R, S): few sums an element, so the maps are
/// gathered from memory and caches as they are. Sums of maps are chains of fused multiply-adds in the CPU backend's
/// order: both give the same bits. Bound by memory.
/// </summary>
public static partial class DepthwiseKernels
{
    const int Items = 128;

    /// <summary>y = conv(x, weight) + bias, clipped to [low, high]. One item an element of y.</summary>
    [Kernel]
    public static void Forward(
        Index1D i, ArrayView<float> x, ArrayView<float> weight, [MayAlias] ArrayView<float> bias,
        [MayAlias] ArrayView<float> y, ConvolutionShape d, int hasBias, float low, float high)
    {
        int line = i / d.Q, plane = line / d.P, p = line - plane * d.P, q = i - line * d.Q, channel = plane % d.C;
        var map = x.SubView(plane * d.H * d.W, d.H * d.W);
        var taps = weight.SubView(channel * d.R * d.S, d.R * d.S);
        float sum = 0f;
        for (int r = 0; r < d.R; r++)
        {
            int h = d.Line(p, r);
            for (int s = 0; s < d.S; s++)
            {
                int w = d.Column(q, s);
                if (h >= 0 && h < d.H && w >= 0 && w < d.W)
                    sum = Fused.MultiplyAdd(map[h * d.W + w], taps[r * d.S + s], sum);
            }
        }
        y[i] = MathF.Min(MathF.Max(hasBias != 0 ? sum + bias[channel] : sum, low), high);
    }

    /// <summary>dx = the sum of dy through the taps that saw a pixel, or adds it. One item an element of dx.</summary>
    [Kernel]
    public static void BackwardInput(
        Index1D i, ArrayView<float> dy, ArrayView<float> weight, ArrayView<float> dx, ConvolutionShape d,
        int accumulate)
    {
        int line = i / d.W, plane = line / d.H, h = line - plane * d.H, w = i - line * d.W;
        var map = dy.SubView(plane * d.P * d.Q, d.P * d.Q);
        var taps = weight.SubView(plane % d.C * d.R * d.S, d.R * d.S);
        float sum = 0f;
        for (int r = d.R - 1; r >= 0; r--)
        {
            int down = h + d.Top - r * d.DilationH, p = down / d.StrideH;
            for (int s = d.S - 1; s >= 0; s--)
            {
                int across = w + d.Left - s * d.DilationW, q = across / d.StrideW;
                if (down >= 0 && p * d.StrideH == down && p < d.P
                    && across >= 0 && q * d.StrideW == across && q < d.Q)
                    sum = Fused.MultiplyAdd(map[p * d.Q + q], taps[r * d.S + s], sum);
            }
        }
        dx[i] = accumulate != 0 ? dx[i] + sum : sum;
    }

    /// <summary>
    /// dw = the sum over images and pixels of dy and of x as the tap saw it, or adds it. One group a tap of a channel,
    /// whose items stride through the pixels, then a tree in shared memory.
    /// </summary>
    [Kernel(Items)]
    public static void BackwardWeight(
        ArrayView<float> x, ArrayView<float> dy, ArrayView<float> dw, ConvolutionShape d, int accumulate)
    {
        var partial = SharedMemory.Allocate<float>(Items);
        int item = Group.IdxX, tap = Grid.IdxX, filter = d.R * d.S, channel = tap / filter;
        int r = (tap - channel * filter) / d.S, s = tap - channel * filter - r * d.S, pixels = d.P * d.Q;
        float sum = 0f;
        for (int j = item; j < d.N * pixels; j += Items)
        {
            int n = j / pixels, pixel = j - n * pixels, plane = n * d.C + channel;
            int h = d.Line(pixel / d.Q, r), w = d.Column(pixel % d.Q, s);
            if (h >= 0 && h < d.H && w >= 0 && w < d.W)
                sum = Fused.MultiplyAdd(x[(plane * d.H + h) * d.W + w], dy[plane * pixels + pixel], sum);
        }
        partial[item] = sum;
        GroupSum.Fold(partial, item, Items);
        if (item == 0)
            dw[tap] = accumulate != 0 ? dw[tap] + partial[0] : partial[0];
    }
}
