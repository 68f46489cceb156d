using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Ops;

/// <summary>
/// y = f(x) for every element. The function, its derivative and its name are those of the math struct.
/// </summary>
/// <typeparam name="TMath">The function, for example <see cref="Relu"/>.</typeparam>
public sealed record Unary<TMath> : Op where TMath : struct, IUnaryMath
{
    /// <inheritdoc/>
    public override string Name => typeof(TMath).Name;

    /// <inheritdoc/>
    public override Saved Saves => (Saved)TMath.Reads;

    /// <inheritdoc/>
    public override int InputInPlace => 0;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x) => x[0];

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => given;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => input == 0;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Elementwise.Unary<TMath>(x[0], y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Elementwise.UnaryBackward<TMath>(x[0], y, dy, dx[0]);
}
