using TripletGpu.Autograd;
using TripletGpu.Backends;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Ops;

/// <summary>
/// y = f(a, b) for every element. Shapes broadcast as in NumPy: aligned at the last axis, an extent of 1 (or a missing
/// axis) is repeated. The gradient of a repeated operand is the sum over its repetitions.
/// </summary>
/// <typeparam name="TMath">The function, for example <see cref="Add"/>.</typeparam>
public sealed record Binary<TMath> : Op where TMath : struct, IBinaryMath
{
    /// <inheritdoc/>
    public override string Name => typeof(TMath).Name;

    /// <inheritdoc/>
    public override Saved Saves => (Saved)TMath.Reads;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x)
    {
        Shape a = x[0], b = x[1];
        int rank = Math.Max(a.Rank, b.Rank);
        Span<int> extents = stackalloc int[rank];
        for (int axis = 1; axis <= rank; axis++)
        {
            int m = axis <= a.Rank ? a[-axis] : 1, n = axis <= b.Rank ? b[-axis] : 1;
            Check.That(m == n || m == 1 || n == 1, this,
                $"{a} and {b} do not broadcast: at axis {-axis} they have {m} and {n}, neither equal nor 1");
            extents[rank - axis] = m == 1 ? n : m;
        }
        return new Shape(extents);
    }

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => x[0] == x[1] ? given : 0;

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => x[input].Rank == y.Rank;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        on.Elementwise.Binary<TMath>(x[0], x[1], y);

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        on.Elementwise.BinaryBackward<TMath>(x[0], x[1], y, dy, dx[0], dx[1]);
}
