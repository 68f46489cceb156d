using TripletGpu.Collectives;
using TripletGpu.MetricLearning;

namespace TripletGpu.Ops;

/// <summary>
/// Batch norm and max(0, y) in one pass, with a residual added between if <see cref="HasResidual"/>. The backward pass
/// works out from x again where y was positive, so that y need not be kept; behind a residual it reads y.
/// </summary>
/// <inheritdoc cref="BatchNorm"/>
public sealed record BatchNormRelu(bool IsFrozen = false, float Momentum = 0.1f, float Epsilon = 1e-5f)
    : BatchNorm(IsFrozen, Momentum, Epsilon)
{
    /// <summary>Whether a sixth input, of x's shape, is added before the ReLU.</summary>
    public bool HasResidual { get; init; }

    private protected override bool Relu => true;

    private protected override bool Adds => HasResidual;
}

public static partial class TensorOps
{
    /// <summary>
    /// max(0, batch norm of x), or max(0, batch norm of x + residual); parameters as <see cref="BatchNorm2d"/>.
    /// </summary>
    public static Tensor BatchNormRelu(
        this Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance,
        bool isFrozen = false, float momentum = 0.1f, float epsilon = 1e-5f, BatchShare? share = null,
        Tensor? residual = null) =>
        x.BatchNormRelu(
            weight, bias, runningMean, runningVariance, isFrozen, momentum, epsilon, share, residual, together: null);

    /// <summary>The same of one norm among several: see <see cref="SharedBatchNorm"/>.</summary>
    internal static Tensor BatchNormRelu(
        this Tensor x, Tensor weight, Tensor bias, Tensor runningMean, Tensor runningVariance, bool isFrozen,
        float momentum, float epsilon, BatchShare? share, Tensor? residual, SharedBatchNorm? together,
        Tensor? into = null)
    {
        BatchNormRelu op = new(isFrozen, momentum, epsilon)
        {
            Share = share,
            HasResidual = residual is not null,
            Together = together,
        };
        return residual is null
            ? op.ApplyInto(into, x, weight, bias, runningMean, runningVariance)
            : op.Apply(x, weight, bias, runningMean, runningVariance, residual);
    }
}
