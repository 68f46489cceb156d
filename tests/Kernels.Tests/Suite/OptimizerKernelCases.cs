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
        new("PeakKernels.MultiplyAdds", 3, Out(3), 5, 0.999f, 0.001f),
    ];

    static KernelCase Update<TRule>(TRule rule, int kept) where TRule : struct, IUpdateRule
    {
        KernelMemory weights = In(Count);
        return new(
            $"OptimizerKernels.Update<{typeof(TRule).Name}>", Count, weights, In(Count),
            kept > 0 ? Positive(Count) : weights, kept > 1 ? Positive(Count) : weights, rule, kept);
    }
}
