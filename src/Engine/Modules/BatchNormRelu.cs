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

    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, residual: null);

    /// <summary>max(0, batch norm of x + residual), where there is a residual.</summary>
    public Tensor Forward(Tensor x, Tensor? residual) => Forward(x, residual, together: null);

    Tensor Forward(Tensor x, Tensor? residual, SharedBatchNorm? together) => x.BatchNormRelu(
        Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, UsesRunningStatistics, Momentum, Epsilon,
        Share, residual, together);
}
