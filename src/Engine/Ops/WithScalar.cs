using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Ops;

/// <summary>
/// y = f(x, b) for every element with a constant b. This is also how a function of one value takes a parameter.
/// </summary>
/// <param name="B">The second operand; it has no gradient.</param>
/// <typeparam name="TMath">The function, for example <see cref="Maximum"/>.</typeparam>
public sealed record WithScalar<TMath>(float B) : Op where TMath : struct, IBinaryMath
{
    /// <inheritdoc/>
    public override string Name => typeof(TMath).Name;

    /// <inheritdoc/>
    public override Saved Saves => (Saved)TMath.Reads;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x) => x[0];

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Elementwise.WithScalar<TMath>(x[0], B, y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Elementwise.WithScalarBackward<TMath>(x[0], B, y, dy, dx[0]);
}
