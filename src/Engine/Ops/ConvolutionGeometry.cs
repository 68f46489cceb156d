using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Ops;

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

    /// <summary>The convolution of (N, C, H, W) with filters (K, C, R, S).</summary>
    /// <returns>P or Q is 0 where the filter is larger than the padded map.</returns>
    internal ConvolutionShape Over(Shape x, Shape weight) => new(
        x[0], x[1], x[2], x[3], weight[0], weight[2], weight[3],
        Outputs(x[2] + PaddingTop + PaddingBottom, weight[2], StrideH, DilationH),
        Outputs(x[3] + PaddingLeft + PaddingRight, weight[3], StrideW, DilationW),
        StrideH, StrideW, PaddingTop, PaddingLeft, DilationH, DilationW);

    static int Outputs(int padded, int taps, int stride, int dilation)
    {
        int room = padded - dilation * (taps - 1) - 1;
        return room < 0 ? 0 : room / stride + 1;
    }
}
