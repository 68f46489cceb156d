using ILGPU;

namespace TripletGpu.Kernels;

/// <summary>
/// The matrix of columns, and its transpose, packed in panels of 32 columns for <see cref="GemmPanelKernels"/>: each
/// panel is [row][32], with zeros beyond the last column.
/// </summary>
public static partial class ConvolutionPanelKernels
{
    const int PanelN = GemmPanelKernels.PanelN;

    /// <summary>
    /// Panels of 32 output pixels with a row for each tap. The pixels of some images are counted on, so that small maps
    /// fill panels; Y counts such groups of <paramref name="images"/>. One item a panel (X): for each tap it copies the
    /// pieces of lines that the panel's pixels see.
    /// </summary>
    [Kernel]
    public static void GatherPixels(
        Index2D i, ArrayView<float> x, ArrayView<float> packed, ConvolutionShape d, int images)
    {
        int pixels = images * d.Pixels, panels = (pixels + PanelN - 1) / PanelN;
        int first = i.X * PanelN, end = Math.Min(first + PanelN, pixels);
        var panel = packed.SubView((i.Y * panels + i.X) * d.Taps * PanelN, d.Taps * PanelN);
        for (int tap = 0; tap < d.Taps; tap++)
        {
            int s = tap % d.S, r = tap / d.S % d.R, c = tap / (d.R * d.S);
            var row = panel.SubView(tap * PanelN, PanelN);
            for (int j = 0; j < PanelN; j++)
                row[j] = 0f;
            int shift = s * d.DilationW - d.Left, firstInside = d.FirstColumn(s), endInside = d.EndColumn(s);
            for (int line = first / d.Q; line * d.Q < end; line++)
            {
                int image = i.Y * images + line / d.P, h = line % d.P * d.StrideH + r * d.DilationH - d.Top;
                if (h < 0 || h >= d.H) continue;
                // This line's pixels of the panel, and of those the ones that see the map.
                int from = Math.Max(Math.Max(first - line * d.Q, 0), firstInside);
                int to = Math.Min(Math.Min(end - line * d.Q, d.Q), endInside);
                int source = ((image * d.C + c) * d.H + h) * d.W + shift, target = line * d.Q - first;
                if (d.StrideW == 1)
                    for (int q = from; q < to; q++)
                        row[target + q] = x[source + q];
                else
                    for (int q = from; q < to; q++)
                        row[target + q] = x[source + q * d.StrideW];
            }
        }
    }

    /// <summary>
    /// Panels of 32 taps with a row for each output pixel of all images. One item a line of output pixels of a panel (X
    /// lines, Y panels, Z images).
    /// </summary>
    [Kernel]
    public static void GatherTaps(
        Index3D i, ArrayView<float> x, ArrayView<float> packed, ConvolutionShape d, int images)
    {
        int p = i.X, firstTap = i.Y * PanelN;
        var rows = packed.SubView(((i.Y * images + i.Z) * d.Pixels + p * d.Q) * PanelN, d.Q * PanelN);
        var image = x.SubView(i.Z * d.C * d.H * d.W, d.C * d.H * d.W);
        for (int j = 0; j < PanelN; j++)
        {
            int tap = firstTap + j;
            int s = tap % d.S, r = tap / d.S % d.R, c = tap / (d.R * d.S);
            int h = p * d.StrideH + r * d.DilationH - d.Top;
            bool inside = tap < d.Taps && h >= 0 && h < d.H;
            int from = inside ? d.FirstColumn(s) : d.Q, to = inside ? d.EndColumn(s) : d.Q;
            int source = (c * d.H + h) * d.W + s * d.DilationW - d.Left;
            for (int q = 0; q < Math.Min(from, d.Q); q++)
                rows[q * PanelN + j] = 0f;
            for (int q = from; q < to; q++)
                rows[q * PanelN + j] = image[source + q * d.StrideW];
            for (int q = Math.Max(from, to); q < d.Q; q++)
                rows[q * PanelN + j] = 0f;
        }
    }
}
