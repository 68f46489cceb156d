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

    /// <summary>Maps with maps, or with a number a channel, such as the slopes of a PReLU.</summary>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given)
    {
        Shape y = InferShape(x);
        return Fits(x[0]) && Fits(x[1]) ? given : 0;

        bool Fits(Shape operand) => operand == y || IsOfChannels(operand);
    }

    /// <inheritdoc/>
    internal override bool IsMap(int input, ReadOnlySpan<Shape> x) => x[0] == x[1] || !IsOfChannels(x[input]);

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => x[input].Rank == y.Rank;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras)
    {
        if (y.ChannelBlock == 0 || x[0].Shape == x[1].Shape)
        {
            on.Elementwise.Binary<TMath>(x[0], x[1], y);
            return;
        }
        Tensor a = ByBlock(x[0], y), b = ByBlock(x[1], y), to = ByBlock(y, y);
        on.Elementwise.Binary<TMath>(a, b, to);
        foreach (Tensor view in (ReadOnlySpan<Tensor>)[a, b, to]) view.Release();
    }

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx)
    {
        if (y.ChannelBlock == 0 || x[0].Shape == x[1].Shape)
        {
            on.Elementwise.BinaryBackward<TMath>(x[0], x[1], y, dy, dx[0], dx[1]);
            return;
        }
        Tensor a = ByBlock(x[0], y), b = ByBlock(x[1], y), to = ByBlock(y, y), from = ByBlock(dy, y);
        Tensor? da = dx[0].Target is { } first ? ByBlock(first, y) : null;
        Tensor? db = dx[1].Target is { } second ? ByBlock(second, y) : null;
        on.Elementwise.BinaryBackward<TMath>(
            a, b, to, from, new(da, dx[0].Accumulate), new(db, dx[1].Accumulate));
        foreach (Tensor? view in (ReadOnlySpan<Tensor?>)[a, b, to, from, da, db]) view?.Release();
    }

    /// <summary>A number a channel, or one for all, of every image or of all: nothing that lies in an order.</summary>
    static bool IsOfChannels(Shape x) => (x.Rank < 1 || x[-1] == 1) && (x.Rank < 2 || x[-2] == 1);

    /// <summary>
    /// (N, C, H, W) in blocks as it lies, (N, C / B, H * W, B), and what is broadcast to it as (.., C / B, 1, B).
    /// </summary>
    static Tensor ByBlock(Tensor x, Tensor y)
    {
        int channels = x.Shape.Rank < 3 ? 1 : x.Shape[-3], images = x.Shape.Rank < 4 ? 1 : x.Shape[0];
        int pixels = x.Shape == y.Shape ? y.Shape[2] * y.Shape[3] : 1;
        (int blocks, int block) = channels == 1 ? (1, 1) : (channels / y.ChannelBlock, y.ChannelBlock);
        return x.Share(new Shape(images, blocks, pixels, block), x.Producer);
    }
}
