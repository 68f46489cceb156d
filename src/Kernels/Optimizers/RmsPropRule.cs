using System.Runtime.CompilerServices;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// RMSProp (Tieleman and Hinton 2012), as in PyTorch: <c>g += weightDecay * w; s = alpha * s + (1 - alpha) * g^2; b =
/// momentum * b + g / (sqrt(s) + epsilon); w -= rate * b</c>. Keeps s and b, which start at 0; without momentum b needs
/// no memory.
/// </summary>
public readonly record struct RmsPropRule(
    float Rate, float WeightDecay, float Alpha, float OneMinusAlpha, float Momentum, float Epsilon) : IUpdateRule
{
    /// <inheritdoc/>
    public float Update(float weight, float gradient, ref float first, ref float second)
    {
        gradient += WeightDecay * weight;
        first = Alpha * first + OneMinusAlpha * gradient * gradient;
        gradient /= MathF.Sqrt(first) + Epsilon;
        second = Momentum == 0f ? gradient : Momentum * second + gradient;
        return weight - Rate * second;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Update<V>(V weight, V gradient, ref V first, ref V second) where V : struct, ISimd<V>
    {
        gradient += V.Create(WeightDecay) * weight;
        first = V.Create(Alpha) * first + V.Create(OneMinusAlpha) * gradient * gradient;
        gradient /= V.Sqrt(first) + V.Create(Epsilon);
        second = Momentum == 0f ? gradient : V.Create(Momentum) * second + gradient;
        return weight - V.Create(Rate) * second;
    }
}
