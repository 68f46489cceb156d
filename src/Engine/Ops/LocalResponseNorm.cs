using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// y = x / s^beta with s = k + alpha / size * sum of x^2 over <paramref name="Size"/> neighbouring channels.
/// dx = dy / s^beta - 2 * alpha * beta / size * x * sum of dy * y / s over the channels whose window holds this one.
/// </summary>
/// <remarks>Krizhevsky et al. 2012, section 3.3; alpha is divided by the size, as PyTorch does.</remarks>
/// <param name="Size">Channels of the window: c - Size / 2 .. c + (Size - 1) / 2.</param>
/// <param name="Alpha">Weight of the mean square.</param>
/// <param name="Beta">Exponent.</param>
/// <param name="K">Offset.</param>
public sealed record LocalResponseNorm(int Size = 5, float Alpha = 1e-4f, float Beta = 0.75f, float K = 1) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Inputs;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Check.Rank(this, x[0], 4, "input");
        Check.That(Size > 0, this, $"the size must be positive, not {Size}");
        return x[0];
    }

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Normalization.LocalResponseNorm(x[0], y, Size, Alpha, Beta, K);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Normalization.LocalResponseNormBackward(x[0], dy, dx[0], Size, Alpha, Beta, K);
}

public static partial class TensorOps
{
    /// <summary>Local response normalisation of (N, C, H, W) across neighbouring channels.</summary>
    public static Tensor LocalResponseNorm(
        this Tensor x, int size = 5, float alpha = 1e-4f, float beta = 0.75f, float k = 1) =>
        new LocalResponseNorm(size, alpha, beta, k).Apply(x);
}
