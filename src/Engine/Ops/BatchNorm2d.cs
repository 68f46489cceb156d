using TripletGpu.Collectives;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>y = (x - mean) / sqrt(variance + epsilon) * weight + bias, channel by channel.</summary>
/// <inheritdoc cref="BatchNorm"/>
public sealed record BatchNorm2d(bool IsFrozen = false, float Momentum = 0.1f, float Epsilon = 1e-5f)
    : BatchNorm(IsFrozen, Momentum, Epsilon)
{
    private protected override bool Relu => false;
}

public static partial class TensorOps
{
    /// <summary>Batch norm of x (N, C, H, W) or (N, C).</summary>
    /// <param name="x">The input.</param>
    /// <param name="weight">Scale, (C).</param>
    /// <param name="bias">Shift, (C).</param>
    /// <param name="runningMean">(C); updated in place unless frozen.</param>
    /// <param name="runningVariance">(C), unbiased; updated in place unless frozen.</param>
    /// <param name="isFrozen">Use the running statistics, and leave them.</param>
    /// <param name="momentum">The share of the batch in the new running statistics.</param>
    /// <param name="epsilon">Added to the variance.</param>
    /// <param name="share">See <see cref="BatchNorm.Share"/>.</param>
    public static Tensor BatchNorm2d(
        this Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance,
        bool isFrozen = false, float momentum = 0.1f, float epsilon = 1e-5f, BatchShare? share = null) =>
        new BatchNorm2d(isFrozen, momentum, epsilon) { Share = share }
            .Apply(x, weight, bias, runningMean, runningVariance);
}
