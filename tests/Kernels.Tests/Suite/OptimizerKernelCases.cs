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
        Update(new SgdRule(float.PositiveInfinity, 0.01f), 0, each: 1),
        Mark(7, 131, 0, 1, 1000, 1, 7, 131, 0),
        Mark(1, 5, 4, 3, 2, 1, 0, 1, 6),
        new("PeakKernels.MultiplyAdds", 3, Out(3), 5, 0.999f, 0.001f),
    ];

    /// <summary>A run of three tensors of 17, no and 99 elements, of which the last begins at 32.</summary>
    static KernelCase Update<TRule>(TRule rule, int kept, int refused = 3, int each = 8)
        where TRule : struct, IUpdateRule
    {
        KernelMemory weights = In(Count);
        return new(
            $"OptimizerKernels.Update<{typeof(TRule).Name}>", (Count + each - 1) / each, weights, In(Count),
            kept > 0 ? Positive(Count) : weights, kept > 1 ? Positive(Count) : weights,
            Of(refused, 0, 0, 0, 0, 0), Of(5, 17, 0, 99), rule, new UpdateDims(new(Count, 1), kept, 7, each));
    }

    /// <summary>
    /// Eight tensors of these lengths, every second one with NaN or infinity at its end; where there is nothing lies
    /// NaN too.
    /// </summary>
    static KernelCase Mark(int each, params int[] lengths)
    {
        float[] ends = [1, float.NaN, 2, float.PositiveInfinity, 3, float.NegativeInfinity, 4, float.NaN];
        KernelMemory[] x =
        [
            .. lengths.Select(
                (length, i) => Of<float>(length == 0 ? [float.NaN] : [.. new float[length - 1], ends[i]])),
        ];
        return new(
            "OptimizerKernels.MarkNonFinite", (lengths.Max() + each - 1) / each, x[0], x[1], x[2], x[3], x[4], x[5],
            x[6], x[7], Of(new int[12]), Of([2, .. lengths]), new MarkDims(
                new(lengths[0], 1), new(lengths[1], 2), new(lengths[2], 3), new(lengths[3], 4), new(lengths[4], 5),
                new(lengths[5], 6), new(lengths[6], 7), new(lengths[7], 8), 7, each));
    }
}
