using TripletGpu.Collectives;
using TripletGpu.Ops;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Modules;

/// <summary>
/// Dropout while training, the identity otherwise. Which elements it drops is a function of the seed, the layer's
/// number and the step's, so a run that goes on from a checkpoint drops what the uninterrupted one drops.
/// </summary>
/// <param name="device">Where it runs.</param>
/// <param name="rate">The probability that an element is dropped, in [0, 1).</param>
/// <param name="seed">The run's seed.</param>
/// <param name="layer">
/// The number of this layer among the network's dropout layers, so that they draw different masks.
/// </param>
/// <exception cref="ArgumentOutOfRangeException">The rate is not in [0, 1).</exception>
public sealed class Dropout(Device device, float rate, ulong seed, int layer = 0) : Module(device)
{
    readonly float rate = rate is >= 0 and < 1 ? rate
        : throw new ArgumentOutOfRangeException(nameof(rate), rate, "dropout takes a rate from 0 to below 1");
    uint step;
    BatchShare? share;

    /// <inheritdoc/>
    public override void SetStep(long number) => step = unchecked((uint)number);

    /// <inheritdoc/>
    public override void SetShare(BatchShare? share) => this.share = share;

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x)
    {
        if (!IsTraining || rate == 0) return x;
        DropoutMask mask = new(rate, seed, Streams.Dropout + (ulong)layer, step++);
        return share is null ? x.Dropout(mask) : x.Multiply(OfRows(mask, x.Shape, share.First));
    }

    /// <summary>
    /// The mask of this rank's rows as a tensor. It is a function of the element's number in the whole batch, whose
    /// operation draws groups of 64 from 0 on.
    /// </summary>
    Tensor OfRows(DropoutMask mask, Shape shape, int first)
    {
        float[] factors = new float[shape.Count];
        long start = first * (shape.Count / Math.Max(1, shape[0]));
        for (int i = 0; i < factors.Length; i++) factors[i] = mask.Keeps(start + i) ? mask.Scale : 0;
        return Device.Tensor(shape, factors);
    }
}
