using ILGPU;

namespace TripletGpu.Kernels.Optimizers;

/// <summary>Parameter updates, generic over the rule.</summary>
public static partial class OptimizerKernels
{
    /// <summary>
    /// One step of a rule for each weight, with the values that it keeps; a rule that keeps fewer than two gets the
    /// weights in their place and leaves them. Parallel over weights; 8 to 24 bytes a weight, bound by memory.
    /// </summary>
    [Kernel]
    public static void Update<TRule>(
        Index1D i, [MayAlias] ArrayView<float> weights, ArrayView<float> gradient, [MayAlias] ArrayView<float> first,
        [MayAlias] ArrayView<float> second, TRule rule, int kept)
        where TRule : struct, IUpdateRule
    {
        float a = kept > 0 ? first[i] : 0f, b = kept > 1 ? second[i] : 0f;
        float weight = rule.Update(weights[i], gradient[i], ref a, ref b);
        weights[i] = weight;
        if (kept > 0) first[i] = a;
        if (kept > 1) second[i] = b;
    }
}
