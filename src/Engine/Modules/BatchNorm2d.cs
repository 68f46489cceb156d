using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Batch norm of (N, C, H, W) or (N, C).</summary>
/// <param name="device">Where the parameters live.</param>
/// <param name="channels">C.</param>
public sealed class BatchNorm2d(Device device, int channels) : BatchNorm(device, channels)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => x.BatchNorm2d(
        Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, UsesRunningStatistics, Momentum, Epsilon,
        Share);
}
