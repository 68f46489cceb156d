using TripletGpu.Collectives;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// Batch norm and max(0, y) in one pass. The backward pass works out from x again where y was positive, so that y need
/// not be kept.
/// </summary>
/// <inheritdoc cref="BatchNorm"/>
public sealed record BatchNormRelu(bool IsFrozen = false, float Momentum = 0.1f, float Epsilon = 1e-5f)
    : BatchNorm(IsFrozen, Momentum, Epsilon)
{
    private protected override bool Relu => true;
}

public static partial class TensorOps
{
    /// <summary>max(0, batch norm of x); parameters as <see cref="BatchNorm2d"/>.</summary>
    public static Tensor BatchNormRelu(
        this Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance,
        bool isFrozen = false, float momentum = 0.1f, float epsilon = 1e-5f, BatchShare? share = null) =>
        new BatchNormRelu(isFrozen, momentum, epsilon) { Share = share }
            .Apply(x, weight, bias, runningMean, runningVariance);
}
