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
public sealed class Dropout(Device device, float rate, ulong seed, int layer = 0) : Module(device)
{
    uint step;

    /// <inheritdoc/>
    public override void SetStep(long number) => step = unchecked((uint)number);

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) =>
        IsTraining && rate > 0 ? x.Dropout(new DropoutMask(rate, seed, Streams.Dropout + (ulong)layer, step++)) : x;
}
