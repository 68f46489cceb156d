using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Pooling;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>y = mean of each window of each plane; dx = sum of dy / elements over the windows around a pixel.</summary>
/// <param name="Window">The window.</param>
/// <param name="CountPadding">
/// Whether padding counts as zeros (PyTorch's <c>count_include_pad</c>); otherwise the mean is of the pixels
/// inside the image.
/// </param>
public sealed record AveragePool2d(PoolingWindow Window, bool CountPadding = true) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        PlaneWindow d = Window.Over(this, x[0]);
        return new Shape(x[0][0], x[0][1], d.P, d.Q);
    }

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Pooling.Average(x[0], y, Window.Over(this, x[0].Shape), CountPadding);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Pooling.AverageBackward(dy, dx[0], Window.Over(this, x[0].Shape), CountPadding);
}

public static partial class TensorOps
{
    /// <summary>Average pooling of (N, C, H, W) with a square window, padded on all sides.</summary>
    /// <param name="x">Images.</param>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels between windows; 0 takes <paramref name="kernel"/>.</param>
    /// <param name="padding">Pixels of zeros around the image.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    /// <param name="countPadding">Whether the mean counts the padding.</param>
    public static Tensor AveragePool2d(
        this Tensor x, int kernel, int stride = 0, int padding = 0, bool ceilMode = false, bool countPadding = true) =>
        x.AveragePool2d(PoolingWindow.Square(kernel, stride == 0 ? kernel : stride, padding, ceilMode), countPadding);

    /// <summary>Average pooling of (N, C, H, W).</summary>
    public static Tensor AveragePool2d(this Tensor x, PoolingWindow window, bool countPadding = true) =>
        new AveragePool2d(window, countPadding).Apply(x);
}
