using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>y = mean of each plane: (N, C, H, W) becomes (N, C). dx = dy / (H * W).</summary>
public sealed record GlobalAveragePool : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 4, "input");
        return new Shape(x[0][0], x[0][1]);
    }

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        // The mean of nothing.
        if (x[0].Count == 0) on.Memory.Fill(y, float.NaN);
        else on.Pooling.GlobalAverage(x[0], y);
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Pooling.GlobalAverageBackward(dy, dx[0]);
}

public static partial class TensorOps
{
    /// <summary>The mean of each plane: (N, C, H, W) becomes (N, C).</summary>
    public static Tensor GlobalAveragePool(this Tensor x) => new GlobalAveragePool().Apply(x);
}
