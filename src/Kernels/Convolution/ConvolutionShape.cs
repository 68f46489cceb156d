namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// A convolution of N images of C x H x W with K filters of R x S taps to K x P x Q: all extents, from an operation to
/// the kernels.
/// </summary>
/// <param name="N">Images.</param>
/// <param name="C">Input channels.</param>
/// <param name="H">Input lines.</param>
/// <param name="W">Input columns.</param>
/// <param name="K">Filters: output channels.</param>
/// <param name="R">Lines of taps.</param>
/// <param name="S">Columns of taps.</param>
/// <param name="P">Output lines.</param>
/// <param name="Q">Output columns.</param>
/// <param name="StrideH">Lines between neighbouring outputs.</param>
/// <param name="StrideW">Columns between neighbouring outputs.</param>
/// <param name="Top">Lines of zeros above the map.</param>
/// <param name="Left">Columns of zeros before it.</param>
/// <param name="DilationH">Lines between neighbouring taps.</param>
/// <param name="DilationW">Columns between neighbouring taps.</param>
public readonly record struct ConvolutionShape(
    int N, int C, int H, int W, int K, int R, int S, int P, int Q, int StrideH, int StrideW, int Top, int Left,
    int DilationH, int DilationW)
{
    /// <summary>Lines of zeros below the map that a filter reaches.</summary>
    public int Bottom => Math.Max(0, Line(P - 1, R - 1) + 1 - H);

    /// <summary>Columns of zeros behind the map that a filter reaches.</summary>
    public int Right => Math.Max(0, Column(Q - 1, S - 1) + 1 - W);

    /// <summary>Taps over all channels: the depth of the product.</summary>
    public int Taps => C * R * S;

    /// <summary>Output pixels of an image.</summary>
    public int Pixels => P * Q;

    /// <summary>
    /// The image's line that output line p sees through tap line r; outside of the image where there is padding.
    /// </summary>
    public int Line(int p, int r) => p * StrideH + r * DilationH - Top;

    /// <summary>As <see cref="Line"/>, for columns.</summary>
    public int Column(int q, int s) => q * StrideW + s * DilationW - Left;

    /// <summary>
    /// Elements from what an output pixel sees through tap 0 to what it sees through tap rs = r S + s.
    /// </summary>
    public int Shift(int rs) => rs / S * DilationH * W + rs % S * DilationW;
}
