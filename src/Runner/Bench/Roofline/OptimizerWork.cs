using TripletGpu.Kernels.Bench;
using TripletGpu.Kernels.Optimizers;
using TripletGpu.Ops;
using static TripletGpu.Runner.Bench.Roofline.WorkMemory;

namespace TripletGpu.Runner.Bench.Roofline;

/// <summary>A step of each optimizer on a layer's weights, and the chains that measure the peak.</summary>
static class OptimizerWork
{
    const int Rounds = 256;

    /// <summary>The launches for a layer's weights.</summary>
    public static IEnumerable<KernelWork> Of(WorkSizes sizes, NamedLayer layer)
    {
        if (layer.Op is not (Conv2d or Linear)) yield break;
        string at = layer.Name;
        int n = (int)layer.Inputs[1].Count, each = sizes.Plan.ElementsEach;
        yield return Update(new SgdRule(0.1f, 0.01f), 0);
        yield return Update(new MomentumRule(0.1f, 0.01f, 0.9f, 1f, 0.9f), 1);
        yield return Update(new AdaGradRule(0.05f, 0.01f, 1e-8f), 1);
        yield return Update(new RmsPropRule(0.01f, 0.01f, 0.99f, 0.01f, 0.9f, 1e-8f), 2);
        yield return Update(new AdamRule(0.01f, 0.01f, 0.9f, 0.1f, 0.999f, 0.001f, 1.5f, 1e-8f), 2);
        WorkMemory[] eight = [.. Enumerable.Range(0, 8).Select(_ => Read(n))];
        yield return new(
            "OptimizerKernels.MarkNonFinite", at, Items(), KernelCost.Of("16 N", "32 N", ("N", n)),
            [.. eight, Write<int>(10, touched: 0), Holding([n, n, n, n, n, n, n, n], touched: 0), new MarkDims(
                new(n, 0), new(n, 1), new(n, 2), new(n, 3), new(n, 4), new(n, 5), new(n, 6), new(n, 7), 1, each)]);

        int Items() => (n + each - 1) / each;

        // A rule that keeps fewer than two values gets the weights in their place; then it asks whether three are
        // finite.
        KernelWork Update<TRule>(TRule rule, int kept) where TRule : struct, IUpdateRule
        {
            WorkMemory weights = WorkMemory.Update(n);
            return new(
                $"OptimizerKernels.Update<{typeof(TRule).Name}>", at, Items(),
                KernelCost.Of($"{FunctionCost.Update(rule) + 6} N", $"{12 + 8 * kept} N + 4", ("N", n)),
                weights, Read(n), kept > 0 ? WorkMemory.Update(n) : weights, kept > 1 ? WorkMemory.Update(n) : weights,
                Holding(new int[4], touched: 1), Holding([n], touched: 0), rule,
                new UpdateDims(new(n, 0), kept, 1, each));
        }
    }

    /// <summary>The chains of multiply-adds, one an item.</summary>
    public static KernelWork Peak(int items) => new(
        "PeakKernels.MultiplyAdds", $"{items}", items,
        KernelCost.Of("2 N R L + 15 N", "4 N", ("N", items), ("R", Rounds), ("L", PeakKernels.Chains)), Write(items),
            Rounds,
        0.999f, 0.001f);
}
