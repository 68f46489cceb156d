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
    /// the map and in the padding of the row. One item a row; bound by memory, 4 bytes read and written an element.
    /// </summary>
    [Kernel]
    public static void GatherColumns(Index1D i, ArrayView<float> x, ArrayView<float> columns, ConvolutionShape d)
    {
        int image = i / d.Taps, tap = i % d.Taps;
        int c = tap / (d.R * d.S), r = tap / d.S % d.R, s = tap % d.S;
        var plane = x.SubView((image * d.C + c) * d.H * d.W, d.H * d.W);
        var row = columns.SubView(i * d.Columns, d.Columns);
        int shift = s * d.DilationW - d.Left;
        // The pixels q whose column q * strideW + shift lies in the map.
        int first = Math.Min(d.Q, shift < 0 ? (d.StrideW - 1 - shift) / d.StrideW : 0);
        int last = shift < d.W ? Math.Min(d.Q, (d.W - 1 - shift) / d.StrideW + 1) : first;
        for (int p = 0; p < d.P; p++)
        {
            int h = p * d.StrideH + r * d.DilationH - d.Top;
            bool inside = h >= 0 && h < d.H && first < last;
            int from = inside ? first : d.Q, to = inside ? last : d.Q;
            for (int q = 0; q < from; q++)
                row[p * d.Q + q] = 0f;
            for (int q = from; q < to; q++)
                row[p * d.Q + q] = plane[h * d.W + q * d.StrideW + shift];
            for (int q = to; q < d.Q; q++)
                row[p * d.Q + q] = 0f;
        }
        for (int j = d.P * d.Q; j < d.Columns; j++)
            row[j] = 0f;
    }

    /// <summary>
    /// dx[c, h, w] = the sum of the columns' elements that were read from there, or adds it. One item an element of dx,
    /// which gathers its own sum: no atomics, fixed order.
    /// </summary>
    [Kernel]
    public static void SumColumns(Index1D i, ArrayView<float> columns, ArrayView<float> dx, ConvolutionShape d,
        int accumulate)
    {
        int image = i / (d.C * d.H * d.W), c = i / (d.H * d.W) % d.C, h = i / d.W % d.H, w = i % d.W;
        float sum = 0f;
        for (int r = 0; r < d.R; r++)
        {
            int line = h + d.Top - r * d.DilationH, p = line / d.StrideH;
            if (line < 0 || line % d.StrideH != 0 || p >= d.P) continue;
            for (int s = 0; s < d.S; s++)
            {
                int column = w + d.Left - s * d.DilationW, q = column / d.StrideW;
                if (column < 0 || column % d.StrideW != 0 || q >= d.Q) continue;
                int tap = (c * d.R + r) * d.S + s;
                sum += columns[(image * d.Taps + tap) * d.Columns + p * d.Q + q];
            }
        }
        dx[i] = accumulate != 0 ? dx[i] + sum : sum;
    }

    /// <summary>
    /// y = y + bias[channel] + residual, then max(0, y) where <paramref name="relu"/> is not 0. A pass without bias or
    /// residual gives its flag as 0 and any view. Parallel over elements; <paramref name="plane"/> elements share a
    /// channel.
    /// </summary>
    [Kernel]
    public static void Finish(
        Index1D i, ArrayView<float> bias, ArrayView<float> residual, [MayAlias] ArrayView<float> y, int channels,
        int plane,
        int hasBias, int hasResidual, int relu)
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
