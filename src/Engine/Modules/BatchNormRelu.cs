using TripletGpu.Ops;

namespace TripletGpu.Modules;

/// <summary>Batch norm and ReLU in one pass.</summary>
/// <param name="device">Where the parameters live.</param>
/// <param name="channels">C.</param>
public sealed class BatchNormRelu(Device device, int channels) : BatchNorm(device, channels)
{
    /// <inheritdoc/>
    public override Tensor Forward(Tensor x) => Forward(x, residual: null);

    /// <summary>max(0, batch norm of x + residual), where there is a residual.</summary>
    public Tensor Forward(Tensor x, Tensor? residual) => x.BatchNormRelu(
        Weight.Value, Bias.Value, RunningMean.Value, RunningVariance.Value, UsesRunningStatistics, Momentum, Epsilon,
        Share, residual);
}
