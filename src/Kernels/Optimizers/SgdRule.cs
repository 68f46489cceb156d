using System.Runtime.CompilerServices;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// Stochastic gradient descent without momentum: <c>w -= rate * (g + weightDecay * w)</c>. Keeps nothing.
/// </summary>
public readonly record struct SgdRule(float Rate, float WeightDecay) : IUpdateRule
{
    /// <inheritdoc/>
    public float Update(float weight, float gradient, ref float first, ref float second)
    {
        return weight - Rate * (gradient + WeightDecay * weight);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Update<V>(V weight, V gradient, ref V first, ref V second) where V : struct, ISimd<V>
    {
        return weight - V.Create(Rate) * (gradient + V.Create(WeightDecay) * weight);
    }
}
