namespace TripletGpu.Kernels;

/// <summary>A convolution of images of C x H x W with K filters of R x S taps to P x Q pixels.</summary>
public readonly record struct ConvolutionShape(
    int C, int H, int W, int K, int R, int S, int P, int Q, int StrideH, int StrideW, int Top, int Left, int DilationH,
    int DilationW)
{
    /// <summary>Taps over all channels: rows of the matrix of columns.</summary>
    public int Taps => C * R * S;

    /// <summary>Output pixels: columns of the matrix.</summary>
    public int Pixels => P * Q;

    /// <summary>The first output column whose tap s lies in the map.</summary>
    public int FirstColumn(int s)
    {
        int shift = s * DilationW - Left;
        return Math.Min(Q, shift < 0 ? (StrideW - 1 - shift) / StrideW : 0);
    }

    /// <summary>The output column after the last one whose tap s lies in the map.</summary>
    public int EndColumn(int s)
    {
        int shift = s * DilationW - Left;
        return shift < W ? Math.Min(Q, (W - 1 - shift) / StrideW + 1) : 0;
    }
}
