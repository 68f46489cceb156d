using System.Runtime.CompilerServices;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// Stochastic gradient descent with momentum, as in PyTorch: <c>g += weightDecay * w; b = momentum * b + g; w -= rate *
/// (gradientShare * g + bufferShare * b)</c>. The shares are 0 and 1, or 1 and momentum for Nesterov. Keeps b; it
/// starts at 0, so that it is g after the first step.
/// </summary>
public readonly record struct MomentumRule(
    float Rate, float WeightDecay, float Momentum, float GradientShare, float BufferShare) : IUpdateRule
{
    /// <inheritdoc/>
    public float Update(float weight, float gradient, ref float first, ref float second)
    {
        gradient += WeightDecay * weight;
        first = Momentum * first + gradient;
        return weight - Rate * (GradientShare * gradient + BufferShare * first);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Update<V>(V weight, V gradient, ref V first, ref V second) where V : struct, ISimd<V>
    {
        gradient += V.Create(WeightDecay) * weight;
        first = V.Create(Momentum) * first + gradient;
        return weight - V.Create(Rate) * (V.Create(GradientShare) * gradient + V.Create(BufferShare) * first);
    }
}
