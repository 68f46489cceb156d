using System.Runtime.CompilerServices;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>
/// Adam (Kingma and Ba 2015), as in PyTorch: <c>g += weightDecay * w; m = beta1 * m + (1 - beta1) * g; v = beta2 * v +
/// (1 - beta2) * g^2; w -= rate * m / (correction * sqrt(v) + epsilon)</c>, where the rate is already divided by 1 -
/// beta1^t and the correction is 1 / sqrt(1 - beta2^t). Keeps m and v, which start at 0.
/// </summary>
public readonly record struct AdamRule(
    float Rate, float WeightDecay, float Beta1, float OneMinusBeta1, float Beta2, float OneMinusBeta2, float Correction,
    float Epsilon) : IUpdateRule
{
    /// <inheritdoc/>
    public float Update(float weight, float gradient, ref float first, ref float second)
    {
        gradient += WeightDecay * weight;
        first = Beta1 * first + OneMinusBeta1 * gradient;
        second = Beta2 * second + OneMinusBeta2 * gradient * gradient;
        return weight - Rate * first / (Correction * MathF.Sqrt(second) + Epsilon);
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Update<V>(V weight, V gradient, ref V first, ref V second) where V : struct, ISimd<V>
    {
        gradient += V.Create(WeightDecay) * weight;
        first = V.Create(Beta1) * first + V.Create(OneMinusBeta1) * gradient;
        second = V.Create(Beta2) * second + V.Create(OneMinusBeta2) * gradient * gradient;
        return weight - V.Create(Rate) * first / (V.Create(Correction) * V.Sqrt(second) + V.Create(Epsilon));
    }
}
