using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>
/// What turns a convolution into a matrix product and back: the matrix of columns has a row for each tap (c, r, s)
/// and a
/// column for each output pixel (p, q), one matrix an image.
/// </summary>
public static partial class ConvolutionKernels
{
    /// <summary>
    /// columns[(c, r, s), (p, q)] = x[c, p * strideH + r * dilationH - top, q * strideW + s * dilationW - left], 0
    /// outside
    /// the map. One item an element, neighbours along q. Bound by memory: 4 bytes read and written an element.
    /// </summary>
    [Kernel]
    public static void GatherColumns(Index1D i, ArrayView<float> x, ArrayView<float> columns, ConvolutionShape d)
    {
        int q = i % d.Q, p = i / d.Q % d.P, row = i / d.Pixels;
        int s = row % d.S, r = row / d.S % d.R, c = row / (d.R * d.S) % d.C, image = row / d.Taps;
        int h = p * d.StrideH + r * d.DilationH - d.Top, w = q * d.StrideW + s * d.DilationW - d.Left;
        bool inside = h >= 0 && h < d.H && w >= 0 && w < d.W;
        columns[i] = inside ? x[((image * d.C + c) * d.H + h) * d.W + w] : 0f;
    }

    /// <summary>
    /// dx[c, h, w] = the sum of the columns' elements that were read from there, or adds it. One item a line of dx,
    /// which
    /// gathers its own sum, tap after tap: no atomics, fixed order, whole lines at a time. Rows of columns are
    /// <paramref name="rowStride"/> elements apart, images <paramref name="imageStride"/>.
    /// </summary>
    [Kernel]
    public static void SumColumns(
        Index1D i, ArrayView<float> columns, ArrayView<float> dx, ConvolutionShape d, int rowStride, int imageStride,
        int accumulate)
    {
        int h = i % d.H, c = i / d.H % d.C, image = i / (d.H * d.C);
        var line = dx.SubView(i * d.W, d.W);
        if (accumulate == 0)
            for (int w = 0; w < d.W; w++)
                line[w] = 0f;
        for (int r = 0; r < d.R; r++)
        {
            int at = h + d.Top - r * d.DilationH, p = at / d.StrideH;
            if (at < 0 || at % d.StrideH != 0 || p >= d.P) continue;
            for (int s = 0; s < d.S; s++)
            {
                int tap = (c * d.R + r) * d.S + s;
                var from = columns.SubView(image * imageStride + tap * rowStride + p * d.Q, d.Q);
                int shift = s * d.DilationW - d.Left, first = d.FirstColumn(s), end = d.EndColumn(s);
                if (d.StrideW == 1)     // its own loop: neighbours on both sides, so vectors on a CPU
                    for (int q = first; q < end; q++)
                        line[q + shift] += from[q];
                else
                    for (int q = first; q < end; q++)
                        line[q * d.StrideW + shift] += from[q];
            }
        }
    }

    /// <summary>
    /// y = y + bias[channel] + residual, then max(0, y) where <paramref name="relu"/> is not 0. A pass without bias or
    /// residual gives its flag as 0 and any view. Parallel over elements; <paramref name="plane"/> elements share a
    /// channel.
    /// </summary>
    [Kernel]
    public static void Finish(
        Index1D i, [MayAlias] ArrayView<float> bias, [MayAlias] ArrayView<float> residual,
        [MayAlias] ArrayView<float> y, int channels,
        int plane, int hasBias, int hasResidual, int relu)
    {
        float value = y[i];
        if (hasBias != 0) value += bias[i / plane % channels];
        if (hasResidual != 0) value += residual[i];
        y[i] = relu != 0 ? MathF.Max(value, 0f) : value;
    }

    /// <summary>dy = 0 where the output of a ReLU is not above 0, in place.</summary>
    [Kernel]
    public static void CutRelu(Index1D i, ArrayView<float> y, ArrayView<float> dy)
    {
        dy[i] = y[i] > 0f ? dy[i] : 0f;
    }
}
