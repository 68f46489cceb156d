using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Ops;

/// <summary>The window of a pooling over N C H W images: size, stride and the padding around the image.</summary>
/// <param name="Height">Rows of the window.</param>
/// <param name="Width">Columns of the window.</param>
/// <param name="StrideH">Rows between windows.</param>
/// <param name="StrideW">Columns between windows.</param>
/// <param name="Top">Padding above the image.</param>
/// <param name="Left">Padding to its left.</param>
/// <param name="Bottom">Padding below.</param>
/// <param name="Right">Padding to its right.</param>
/// <param name="CeilMode">
/// Whether a last window that hangs over the padding counts, as long as it starts before the image's end (as PyTorch's
/// <c>ceil_mode</c>).
/// </param>
public readonly record struct PoolingWindow(
    int Height, int Width, int StrideH, int StrideW,
    int Top = 0, int Left = 0, int Bottom = 0, int Right = 0, bool CeilMode = false)
{
    /// <summary>A square window with the same padding on all sides.</summary>
    public static PoolingWindow Square(int kernel, int stride, int padding = 0, bool ceilMode = false) =>
        new(kernel, kernel, stride, stride, padding, padding, padding, padding, ceilMode);

    /// <summary>Checks the window against an input and works out the output's extents.</summary>
    /// <exception cref="ShapeException">No (N, C, H, W) input, or a window that may miss the image.</exception>
    internal PlaneWindow Over(Op op, Shape x)
    {
        Check.Rank(op, x, 4, "input");
        Check.That(Height > 0 && Width > 0 && StrideH > 0 && StrideW > 0, op,
            $"window and stride must be positive: {this}");
        Check.That(Math.Min(Math.Min(Top, Bottom), Math.Min(Left, Right)) >= 0
            && Math.Max(Top, Bottom) < Height && Math.Max(Left, Right) < Width, op,
            $"padding must be at least 0 and smaller than the window, or a window could miss the image: {this}");
        Check.That(x[2] > 0 && x[3] > 0 && x[2] + Top + Bottom >= Height && x[3] + Left + Right >= Width, op,
            $"the window is larger than the padded image: input {x}, {this}");
        return new PlaneWindow(
            x[2], x[3], Outputs(x[2], Height, StrideH, Top, Bottom), Outputs(x[3], Width, StrideW, Left, Right),
            Height, Width, StrideH, StrideW, Top, Left, Bottom, Right);
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"window {Height} x {Width}, stride {StrideH} x {StrideW}, padding ({Top}, {Left}, {Bottom}, {Right})";

    int Outputs(int size, int kernel, int stride, int before, int after)
    {
        int room = size + before + after - kernel;
        int count = (CeilMode ? (room + stride - 1) / stride : room / stride) + 1;
        return CeilMode && (count - 1) * stride >= size + before ? count - 1 : count;
    }
}
