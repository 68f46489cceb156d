namespace TripletGpu.Kernels.Pooling;

/// <summary>
/// Windows of R x S over planes of H x W that give planes of P x Q. Window (p, q) starts at line p * StrideH - Top and
/// column q * StrideW - Left; Bottom and Right count for averages over the padding.
/// </summary>
public readonly record struct PlaneWindow(
    int H, int W, int P, int Q, int R, int S, int StrideH, int StrideW, int Top, int Left, int Bottom, int Right)
{
    /// <summary>The first line of window p inside the plane.</summary>
    public int FirstLine(int p) => Math.Max(p * StrideH - Top, 0);

    /// <summary>The line after the last one of window p inside the plane.</summary>
    public int EndLine(int p) => Math.Min(p * StrideH - Top + R, H);

    /// <summary>The first column of window q inside the plane.</summary>
    public int FirstColumn(int q) => Math.Max(q * StrideW - Left, 0);

    /// <summary>The column after the last one of window q inside the plane.</summary>
    public int EndColumn(int q) => Math.Min(q * StrideW - Left + S, W);

    /// <summary>The first window whose lines reach line h.</summary>
    public int FirstWindowAt(int h) => Math.Max(Quotient(h + Top - R + StrideH, StrideH), 0);

    /// <summary>The window after the last one whose lines hold line h.</summary>
    public int EndWindowAt(int h) => Math.Min(Quotient(h + Top, StrideH) + 1, P);

    /// <summary>As <see cref="FirstWindowAt"/>, along a line.</summary>
    public int FirstWindowAcross(int w) => Math.Max(Quotient(w + Left - S + StrideW, StrideW), 0);

    /// <summary>As <see cref="EndWindowAt"/>, along a line.</summary>
    public int EndWindowAcross(int w) => Math.Min(Quotient(w + Left, StrideW) + 1, Q);

    /// <summary>Elements that the average of window (p, q) divides by.</summary>
    public int Elements(int p, int q, int countPadding) => countPadding != 0
        ? (Math.Min(p * StrideH - Top + R, H + Bottom) - (p * StrideH - Top))
            * (Math.Min(q * StrideW - Left + S, W + Right) - (q * StrideW - Left))
        : (EndLine(p) - FirstLine(p)) * (EndColumn(q) - FirstColumn(q));

    /// <summary>
    /// a / stride, which matters where it is not below 0; the usual strides need no division, the slowest instruction
    /// of a pooling kernel.
    /// </summary>
    static int Quotient(int a, int stride) => stride == 1 ? a : stride == 2 ? a >> 1 : a / stride;
}
