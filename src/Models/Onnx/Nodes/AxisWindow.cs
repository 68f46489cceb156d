namespace TripletGpu.Models.Onnx.Nodes;

/// <summary>A window along one axis.</summary>
/// <param name="Kernel">The pixels of the window.</param>
/// <param name="Stride">Between windows.</param>
/// <param name="Dilation">Between the window's pixels.</param>
/// <param name="Before">Padding before the first pixel.</param>
/// <param name="After">Padding after the last one.</param>
readonly record struct AxisWindow(int Kernel, int Stride, int Dilation, int Before, int After)
{
    /// <summary>Whether the result is the input itself.</summary>
    public bool IsIdentity => (Kernel, Stride, Before, After) == (1, 1, 0, 0);

    /// <summary>
    /// The number of windows over an axis; in ceil mode with a last one that hangs over but starts inside.
    /// </summary>
    public int Outputs(NodeCall call, int extent, bool ceilMode)
    {
        long room = extent + (long)Before + After - (long)Dilation * (Kernel - 1) - 1;
        if (room < 0)
            throw call.Error(
                $"a window of {Kernel} pixels, {Dilation} apart, is larger than the padded axis of {extent}");
        long count = (ceilMode ? (room + Stride - 1) / Stride : room / Stride) + 1;
        return (int)(ceilMode && (count - 1) * Stride >= extent + Before ? count - 1 : count);
    }

    /// <summary>The pixels of a window that lie inside the image, or with its padding; at least one.</summary>
    public int PixelsOf(int output, int extent, bool withPadding)
    {
        int count = 0, first = withPadding ? -Before : 0, end = extent + (withPadding ? After : 0);
        for (int k = 0; k < Kernel; k++)
            if (output * Stride - Before + k * Dilation is var at && at >= first && at < end) count++;
        return Math.Max(1, count);
    }
}
