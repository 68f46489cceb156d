using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Backends.Gpu;

/// <summary>Parameter updates on a GPU.</summary>
sealed class GpuOptimizers(IGpuDriver driver) : IOptimizers
{
    // Networks have hundreds of small tensors, and a launch costs more than to look through one.
    const int Together = 8;

    public void MarkNonFinite(ReadOnlySpan<Tensor?> x, UpdateMarks marks)
    {
        for (int from = 0; from < x.Length; from += Together)
            MarkSome(x.Slice(from, Math.Min(Together, x.Length - from)), OptimizerKernels.FirstTensor + from, marks);
    }

    public void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates, UpdateMarks marks)
        where TRule : struct, IUpdateRule
    {
        foreach (ref readonly ParameterUpdate<TRule> u in updates)
        {
            int kept = u.Second is not null ? 2 : u.First is not null ? 1 : 0;
            DeviceView<float> weights = u.Weights.Floats();
            OptimizerKernels.LaunchUpdate(
                driver, u.Weights.Items(), weights, u.Gradient.Floats(), u.First?.Floats() ?? weights,
                u.Second?.Floats() ?? weights, marks.Tensor.Ints(), u.Rule, kept,
                OptimizerKernels.FirstTensor + u.Place, marks.Number);
        }
    }

    void MarkSome(ReadOnlySpan<Tensor?> x, int first, UpdateMarks marks)
    {
        Span<int> counts = stackalloc int[Together];
        Tensor? longest = null;
        counts.Clear();
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] is not { } tensor) continue;
            counts[i] = tensor.Items();
            if (counts[i] > (longest?.Count ?? 0)) longest = tensor;
        }
        if (longest is null) return;
        Span<DeviceView<float>> views = new DeviceView<float>[Together];
        // Of no elements none is read.
        for (int i = 0; i < Together; i++) views[i] = (counts[i] > 0 ? x[i]! : longest).Floats();
        OptimizerKernels.LaunchMarkNonFinite(
            driver, longest.Items(), views[0], views[1], views[2], views[3], views[4], views[5], views[6], views[7],
            marks.Tensor.Ints(), new MarkDims(
                counts[0], counts[1], counts[2], counts[3], counts[4], counts[5], counts[6], counts[7], first,
                marks.Number));
    }
}
