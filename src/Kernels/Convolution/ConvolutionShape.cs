using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Convolution;

/// <summary>A convolution of images of C x H x W with K filters of R x S taps to P x Q pixels.</summary>
public readonly record struct ConvolutionShape(
    int C, int H, int W, int K, int R, int S, int P, int Q, int StrideH, int StrideW, int Top, int Left, int DilationH,
    int DilationW)
{
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

/// <summary>
/// Where a convolution's results go: pixel (p, q) to line FirstH + p StepH and column FirstW + q StepW of maps of H x
/// W, the others stay as they are; and what happens to a result on its way: it is added to what lies there, a bias and
/// a residual are added, what is below 0 becomes 0. Flags are 0 or 1.
/// </summary>
public readonly record struct ConvolutionTarget(
    int H, int W, int StepH, int StepW, int FirstH, int FirstW, int Accumulate, int HasBias, int HasResidual, int Relu)
{
    /// <summary>Every pixel of an output of P x Q.</summary>
    public static ConvolutionTarget All(int p, int q, int accumulate = 0) => new(p, q, 1, 1, 0, 0, accumulate, 0, 0, 0);

    /// <summary>Where pixel (p, q) of a map goes.</summary>
    public int At(int p, int q) => (FirstH + p * StepH) * W + FirstW + q * StepW;

    /// <summary>Whether anything but the sum itself is written.</summary>
    public bool Finishes => HasBias + HasResidual + Relu != 0;
}
