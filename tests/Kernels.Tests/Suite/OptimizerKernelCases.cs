using TripletGpu.Kernels.Bench;
using TripletGpu.Kernels.Optimizers;
using static TripletGpu.Kernels.Tests.Suite.KernelMemory;

namespace TripletGpu.Kernels.Tests.Suite;

/// <summary>A step of each rule; one that keeps fewer than two values gets the weights in their place.</summary>
public static class OptimizerKernelCases
{
    const int Count = 131;

    public static IEnumerable<KernelCase> Cases =>
    [
        Update(new SgdRule(0.1f, 0.01f), 0),
        Update(new MomentumRule(0.1f, 0.01f, 0.9f, 1f, 0.9f), 1),
        Update(new AdaGradRule(0.05f, 0.01f, 1e-8f), 1),
        Update(new RmsPropRule(0.01f, 0f, 0.99f, 0.01f, 0f, 1e-8f), 1),
        Update(new RmsPropRule(0.01f, 0.01f, 0.99f, 0.01f, 0.9f, 1e-8f), 2),
        Update(new AdamRule(0.01f, 0.1f, 0.9f, 0.1f, 0.999f, 0.001f, 1.5f, 1e-8f), 2),
        Update(new SgdRule(0.1f, 0.01f), 0, refused: 7),
        Update(new SgdRule(float.PositiveInfinity, 0.01f), 0),
        Mark(131, 0, 1, 1000, 1, 7, 131, 0),
        Mark(5, 4, 3, 2, 1, 0, 1, 6),
        new("PeakKernels.MultiplyAdds", 3, Out(3), 5, 0.999f, 0.001f),
    ];

    static KernelCase Update<TRule>(TRule rule, int kept, int refused = 3) where TRule : struct, IUpdateRule
    {
        KernelMemory weights = In(Count);
        return new(
            $"OptimizerKernels.Update<{typeof(TRule).Name}>", Count, weights, In(Count),
            kept > 0 ? Positive(Count) : weights, kept > 1 ? Positive(Count) : weights,
            Of(refused, 0, 0, 0), rule, kept, 3, 7);
    }

    /// <summary>
    /// Eight tensors of these lengths, every second one with NaN or infinity at its end; where there is nothing lies
    /// NaN too.
    /// </summary>
    static KernelCase Mark(params int[] lengths)
    {
        float[] ends = [1, float.NaN, 2, float.PositiveInfinity, 3, float.NegativeInfinity, 4, float.NaN];
        KernelMemory[] x =
        [
            .. lengths.Select(
                (length, i) => Of<float>(length == 0 ? [float.NaN] : [.. new float[length - 1], ends[i]])),
        ];
        return new(
            "OptimizerKernels.MarkNonFinite", lengths.Max(), x[0], x[1], x[2], x[3], x[4], x[5], x[6], x[7],
            Of(new int[12]), new MarkDims(
                lengths[0], lengths[1], lengths[2], lengths[3], lengths[4], lengths[5], lengths[6], lengths[7], 3, 7));
    }
}
