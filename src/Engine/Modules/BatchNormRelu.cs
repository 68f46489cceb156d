using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Batch norm and ReLU in one pass.</summary>
/// <param name="device">Where the parameters live.</param>
/// <param name="channels">C.</param>
public sealed class BatchNormRelu(Device device, int channels) : BatchNorm(device, channels)
{
    /// <summary>
    /// Several norms side by side, each of its own input: where ranks have the batch between them, they tell each other
    /// the statistics of all of these in one message.
    /// </summary>
    /// <param name="norms">None reads what another one gives.</param>
    /// <param name="input">
    /// Makes the input of each. It is given up once its norm has read it: as soon as it is made, where no rank waits.
    /// </param>
    /// <returns>The output of each.</returns>
    public static Tensor[] Forward(IReadOnlyList<BatchNormRelu> norms, Func<int, Tensor> input)
    {
        BatchNormRelu[] shared = [.. norms.Where(norm => norm.IsShared)];
        if (shared.Length == 0) return [.. norms.Select((norm, i) => Discard(input(i), norm.Forward))];
        SharedBatchNorm together = new(shared[0].Share!, shared.Length);
        Tensor[] x = [.. norms.Select((_, i) => input(i))];
        Tensor[] y =
        [
            .. norms.Select((norm, i) => norm.Forward(x[i], residual: null, norm.IsShared ? together : null)),
        ];
        foreach (Tensor read in x) read.Device.CurrentStep!.Discard(read);
        return y;

        static Tensor Discard(Tensor x, Func<Tensor, Tensor> norm)
        {
            Tensor y = norm(x);
            x.Device.CurrentStep!.Discard(x);
            return y;
        }
    }

    /// <summary>
    /// The outputs of several norms side by side, one behind the other along the channels, then further maps.
    /// In training each writes to its place in the joined map, where the device can do that, and its gradient is read
    /// there: nothing is copied.
    /// </summary>
    /// <param name="norms">As in <see cref="Forward(IReadOnlyList{BatchNormRelu}, Func{int, Tensor})"/>.</param>
    /// <param name="input">As there.</param>
    /// <param name="further">Maps of the same extents, but for the channels.</param>
    public static Tensor Join(
        IReadOnlyList<BatchNormRelu> norms, Func<int, Tensor> input, params ReadOnlySpan<Tensor> further)
    {
        Tensor y;
        Tensor[] parts;
        if (norms.Any(norm => norm.UsesRunningStatistics || norm.IsShared))
        {
            parts = Forward(norms, input);
            y = TensorOps.Concat(1, [.. parts, .. further]);
        }
        else
        {
            Tensor? joined = null;
            parts = new Tensor[norms.Count];
            for (int i = 0, first = 0; i < parts.Length; i++)
            {
                Tensor x = input(i);
                if (i == 0) joined = Joined(norms, x, further);
                Tensor? place = joined?.Channels(first, x.Shape[1], nameof(BatchNormRelu));
                if (place is not null) x.Device.CurrentStep!.Own(place);
                parts[i] = norms[i].Forward(x, residual: null, together: null, place);
                if (place is not null && parts[i] != place) x.Device.CurrentStep!.Discard(place);
                first += x.Shape[1];
                x.Device.CurrentStep!.Discard(x);
            }
            y = new Concat(1).ApplyInto(joined, [.. parts, .. further]);
        }
        foreach (Tensor part in parts) part.Device.CurrentStep!.Discard(part);
        return y;
    }

    /// <summary>
    /// Room for the outputs of norms, the first of which reads x, and further maps; null where they are copied.
    /// </summary>
    static Tensor? Joined(IReadOnlyList<BatchNormRelu> norms, Tensor x, ReadOnlySpan<Tensor> further)
    {
        int block = x.ChannelBlock, channels = 0;
        Device device = x.Device;
        bool isWhole = block > 0 && x.Count > 0;
        foreach (BatchNormRelu norm in norms) Add(norm.Weight.Value.Shape[0]);
        foreach (Tensor map in further) Add(map.Shape.Rank == 4 ? map.Shape[1] : 0);
        if (!isWhole || device.CurrentStep is not { IsRecording: true }
            || !device.Backend.Normalization.TakesChannelsOfMaps) return null;
        Tensor joined = device.Empty(x.Shape.With(1, channels), ElementType.Float32, nameof(Concat));
        joined.ChannelBlock = block;
        return joined;

        // Each is to be whole blocks: else Concat joins planes.
        void Add(int more)
        {
            isWhole = isWhole && more > 0 && more % block == 0;
            channels += more;
        }
    }

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, residual: null);

    /// <summary>max(0, batch norm of x + residual), where there is a residual.</summary>
    public Tensor Forward(Tensor x, Tensor? residual) => Forward(x, residual, together: null);

    Tensor Forward(Tensor x, Tensor? residual, SharedBatchNorm? together, Tensor? into = null) => x.BatchNormRelu(
        Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, UsesRunningStatistics, Momentum, Epsilon,
        Share, residual, together, into);
}
