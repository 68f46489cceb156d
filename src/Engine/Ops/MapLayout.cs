using TripletGpu.Autograd;
using TripletGpu.Backends;

namespace TripletGpu.Ops;

/// <summary>
/// The same maps laid in memory in another way: in blocks of channels, or in planes
/// (<see cref="IConvolution.ChannelBlock"/>). The tape and plans put it between operations that compute in different
/// ones.
/// </summary>
/// <param name="Block">Channels of a block; 0 for planes.</param>
sealed record MapLayout(int Block) : Op
{
    /// <inheritdoc/>
    public override Saved Saves => Saved.Nothing;

    /// <inheritdoc/>
    public override Shape InferShape(ReadOnlySpan<Shape> x) => x[0];

    /// <inheritdoc/>
    internal override bool ReadsByRow(int input, ReadOnlySpan<Shape> x, Shape y) => true;

    /// <inheritdoc/>
    internal override bool IsMap(int input, ReadOnlySpan<Shape> x) => false;

    /// <inheritdoc/>
    internal override int ChannelBlock(IBackend on, ReadOnlySpan<Shape> x, int given) => Block;

    /// <inheritdoc/>
    public override void Forward(IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras) =>
        Turn(on, x[0], new Gradient(y, Accumulate: false));

    /// <inheritdoc/>
    public override void Backward(
        IBackend on, ReadOnlySpan<Tensor> x, Tensor y, ReadOnlySpan<Tensor> extras, Tensor dy,
        ReadOnlySpan<Gradient> dx) =>
        Turn(on, dy, dx[0]);

    /// <summary>to = from, or to += from, however each of them lies.</summary>
    public static void Turn(IBackend on, Tensor from, Gradient to)
    {
        if (to.Target is not { } target) return;
        if (target.ChannelBlock != from.ChannelBlock) on.Convolution.Turn(from, to);
        else if (to.Accumulate) on.Elementwise.Affine(from, 1, 0, to);
        else on.Memory.Copy(from, target);
    }

    /// <summary>
    /// Maps as they are where they lie in blocks of so many channels (0: in planes), otherwise turned. What an
    /// operation of this step has made is turned once for all that read it.
    /// </summary>
    public static Tensor Of(Tensor maps, int block)
    {
        if (maps.ChannelBlock == block) return maps;
        if (maps.Turned is { IsReleased: false } known && maps.Tape is not null) return known;
        return maps.Turned = new MapLayout(block).Apply(maps);
    }
}
