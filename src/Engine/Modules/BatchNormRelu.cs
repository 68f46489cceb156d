using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Batch norm and ReLU in one pass.</summary>
/// <param name="device">Where the parameters live.</param>
/// <param name="channels">C.</param>
public sealed class BatchNormRelu(Device device, int channels) : BatchNorm(device, channels)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.BatchNormRelu(
        Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, UsesRunningStatistics, Momentum, Epsilon,
        Share);
}
