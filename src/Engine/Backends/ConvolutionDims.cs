namespace TripletGpu.Backends;

/// <summary>How a window moves over a map: steps, zeros around the map, gaps between the taps. Lines first.</summary>
/// <param name="StrideH">Lines between neighbouring outputs.</param>
/// <param name="StrideW">Columns between neighbouring outputs.</param>
/// <param name="PaddingTop">Lines of zeros above the map.</param>
/// <param name="PaddingLeft">Columns of zeros before it.</param>
/// <param name="PaddingBottom">Lines of zeros below it; differs from the top in some ONNX files.</param>
/// <param name="PaddingRight">Columns of zeros after it.</param>
/// <param name="DilationH">Lines between neighbouring taps.</param>
/// <param name="DilationW">Columns between neighbouring taps.</param>
public readonly record struct ConvolutionGeometry(
    int StrideH, int StrideW, int PaddingTop, int PaddingLeft, int PaddingBottom, int PaddingRight,
    int DilationH, int DilationW)
{
    /// <summary>The same along both axes and on all sides.</summary>
    public ConvolutionGeometry(int stride, int padding = 0, int dilation = 1)
        : this(stride, stride, padding, padding, padding, padding, dilation, dilation)
    {
    }
}

/// <summary>
/// A convolution of N images of C channels and H x W pixels with K filters of R x S taps, giving K channels of P x Q.
/// </summary>
/// <param name="N">Images.</param>
/// <param name="C">Input channels.</param>
/// <param name="H">Input lines.</param>
/// <param name="W">Input columns.</param>
/// <param name="K">Output channels.</param>
/// <param name="R">Lines of taps.</param>
/// <param name="S">Columns of taps.</param>
/// <param name="Geometry">How the filter moves.</param>
public readonly record struct ConvolutionDims(
    int N, int C, int H, int W, int K, int R, int S, ConvolutionGeometry Geometry)
{
    /// <summary>Output lines; not positive where the filter is larger than the padded map.</summary>
    public int P => Extent(H + Geometry.PaddingTop + Geometry.PaddingBottom, R, Geometry.StrideH, Geometry.DilationH);

    /// <summary>Output columns; not positive where the filter is larger than the padded map.</summary>
    public int Q => Extent(W + Geometry.PaddingLeft + Geometry.PaddingRight, S, Geometry.StrideW, Geometry.DilationW);

    /// <summary>The output's shape: (N, K, P, Q).</summary>
    public Shape Output => new(N, K, P, Q);

    /// <summary>Floating-point operations of one pass by the direct algorithm.</summary>
    public double Flops => 2.0 * N * K * P * Q * C * R * S;

    static int Extent(int padded, int taps, int stride, int dilation)
    {
        int room = padded - dilation * (taps - 1) - 1;
        return room < 0 ? 0 : room / stride + 1;
    }
}
