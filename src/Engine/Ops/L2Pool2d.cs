using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Pooling;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// y = sqrt(sum of x^2 over each window), of the pixels inside the image; dx = x * sum of dy / y. Where a window is all
/// zero the root has no derivative, and its gradient is 0.
/// </summary>
/// <remarks>The L2 pooling of FaceNet's NN2 (Schroff et al. 2015, table 2).</remarks>
/// <param name="Window">The window.</param>
public sealed record L2Pool2d(PoolingWindow Window) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs | Saved.Output;

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
        on.Pooling.L2(x[0], y, Window.Over(this, x[0].Shape));

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Pooling.L2Backward(x[0], y, dy, dx[0], Window.Over(this, x[0].Shape));
}

public static partial class TensorOps
{
    /// <summary>L2 pooling of (N, C, H, W) with a square window, padded on all sides.</summary>
    /// <param name="x">Images.</param>
    /// <param name="kernel">Rows and columns of the window.</param>
    /// <param name="stride">Pixels between windows; 0 takes <paramref name="kernel"/>.</param>
    /// <param name="padding">Pixels of zeros around the image.</param>
    /// <param name="ceilMode">Whether a last, incomplete window counts.</param>
    public static Tensor L2Pool2d(this Tensor x, int kernel, int stride = 0, int padding = 0, bool ceilMode = false) =>
        x.L2Pool2d(PoolingWindow.Square(kernel, stride == 0 ? kernel : stride, padding, ceilMode));

    /// <summary>L2 pooling of (N, C, H, W).</summary>
    public static Tensor L2Pool2d(this Tensor x, PoolingWindow window) => new L2Pool2d(window).Apply(x);
}
