using TripletGpu.Autograd;
using TripletGpu.Backends;

namespace TripletGpu.Ops;

/// <summary>y = scale * x + shift for every element; dx = scale * dy.</summary>
/// <param name="Scale">The factor.</param>
/// <param name="Shift">What is added after it.</param>
public sealed record Affine(float Scale, float Shift) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x) => x[0];

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Elementwise.Affine(x[0], Scale, Shift, new Gradient(y, Accumulate: false));

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Elementwise.Affine(dy, Scale, 0, dx[0]);
}
