namespace TripletGpu.Kernels;

/// <summary>
/// A convolution of images of C x H x W with K filters of R x S taps to P x Q pixels. <c>Columns</c> is the row
/// length of
/// the matrix of columns: P * Q rounded up to whole panels.
/// </summary>
public readonly record struct ConvolutionShape(
    int C, int H, int W, int K, int R, int S, int P, int Q, int StrideH, int StrideW, int Top, int Left, int DilationH,
    int DilationW, int Columns)
{
    /// <summary>Taps over all channels: rows of the matrix of columns.</summary>
    public int Taps => C * R * S;
}
