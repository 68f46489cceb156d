using System.Runtime.CompilerServices;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// AdaGrad (Duchi et al. 2011), as in PyTorch: <c>g += weightDecay * w; s += g^2; w -= rate * g / (sqrt(s) +
/// epsilon)</c>. Keeps s.
/// </summary>
public readonly record struct AdaGradRule(float Rate, float WeightDecay, float Epsilon) : IUpdateRule
{
    /// <inheritdoc/>
    public float Update(float weight, float gradient, ref float first, ref float second)
    {
        gradient += WeightDecay * weight;
        first += gradient * gradient;
        return weight - Rate * gradient / (MathF.Sqrt(first) + Epsilon);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Update<V>(V weight, V gradient, ref V first, ref V second) where V : struct, ISimd<V>
    {
        gradient += V.Create(WeightDecay) * weight;
        first += gradient * gradient;
        return weight - V.Create(Rate) * gradient / (V.Sqrt(first) + V.Create(Epsilon));
    }
}
