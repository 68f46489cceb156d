using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Pooling;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// y = max of each window of each plane; padding never wins. dx = dy at the window's first maximum. NaN in a window
/// gives NaN.
/// </summary>
/// <param name="Window">The window.</param>
/// <param name="KeepsTaps">Whether it is kept where each maximum was found, for the backward pass.</param>
public sealed record MaxPool2d(PoolingWindow Window, bool KeepsTaps = true) : Op
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
    public override TensorSpec[] Extras(ReadOnlySpan<Shape> x) => KeepsTaps ? [new TensorSpec(InferShape(x))] : [];

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given)
    {
        if (given > 0 || !KeepsTaps) return given;
        // What follows a pool of so many channels computes in blocks, and the pooled map is the smaller one to turn.
        int block = on.Pooling.TurnedChannelBlock;
        bool isWhole = block > 0 && x[0][1] % block == 0 && x[0][1] >= Conv2d.FewestChannelsOfBlocks;
        return isWhole && Window.StrideH * Window.StrideW > 1 && x[0].Count > 0 ? block : 0;
    }

    /// <inheritdoc/>
    internal override bool TakesPlanes => KeepsTaps;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        PlaneWindow d = Window.Over(this, x[0].Shape);
        if (KeepsTaps) on.Pooling.Max(x[0], y, extras[0], d);
        else on.Pooling.Max(x[0], y, d);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Pooling.MaxBackward(extras[0], dy, dx[0], Window.Over(this, x[0].Shape));
}

public static partial class TensorOps
{
    /// <summary>Max pooling of (N, C, H, W) with a square window, padded on all sides.</summary>
    /// <param name="x">Images.</param>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels between windows; 0 takes <paramref name="kernel"/>.</param>
    /// <param name="padding">Pixels around the image that never win.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    public static Tensor MaxPool2d(this Tensor x, int kernel, int stride = 0, int padding = 0, bool ceilMode = false) =>
        x.MaxPool2d(PoolingWindow.Square(kernel, stride == 0 ? kernel : stride, padding, ceilMode));

    /// <summary>Max pooling of (N, C, H, W).</summary>
    public static Tensor MaxPool2d(this Tensor x, PoolingWindow window) => new MaxPool2d(window).Apply(x);
}
