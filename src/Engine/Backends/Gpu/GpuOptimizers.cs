using TripletGpu.Backends.Gpu.Drivers;
using TripletGpu.Backends.Gpu.Launching;
using TripletGpu.Kernels.Launching;
using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Backends.Gpu;

/// <summary>
/// Parameter updates on a GPU. Tensors that lie one behind the other in their buffers, as an optimizer lays them, are
/// one launch: a launch costs more than to update a small tensor.
/// </summary>
sealed class GpuOptimizers(IGpuDriver driver, LaunchPlan plan) : IOptimizers
{
    // The views of a launch that looks through tensors.
    const int Together = 8;

    public void MarkNonFinite(ReadOnlySpan<Tensor?> x, UpdateMarks marks)
    {
        List<(DeviceView<float> View, int Tensor)> runs = [];
        for (int i = 0; i < x.Length; i++)
        {
            if (x[i] is not { Count: > 0 } tensor) continue;
            DeviceView<float> view = tensor.Floats();
            if (i > 0 && x[i - 1] is not null && runs.Count > 0 && Follows(view, runs[^1].View))
                runs[^1] = (Join(runs[^1].View, view), runs[^1].Tensor);
            else runs.Add((view, i));
        }
        for (int from = 0; from < runs.Count; from += Together)
            MarkSome(runs.GetRange(from, Math.Min(Together, runs.Count - from)), marks);
    }

    public void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates, UpdateMarks marks)
        where TRule : struct, IUpdateRule
    {
        for (int from = 0, to; from < updates.Length; from = to)
        {
            Views run = Views.Of(updates[from]);
            for (to = from + 1; to < updates.Length; to++)
            {
                if (updates[to].Place != updates[to - 1].Place + 1
                    || !EqualityComparer<TRule>.Default.Equals(updates[to].Rule, updates[from].Rule)) break;
                Views next = Views.Of(updates[to]);
                if (!next.Follow(run)) break;
                run = run.Join(next);
            }
            UpdateDims dims = new(
                new(run.Weights.Length, updates[from].Place), run.Kept, marks.Number, plan.ElementsEach);
            OptimizerKernels.LaunchUpdate(
                driver, KernelSize.Groups(dims.Run.Count, dims.Each), run.Weights, run.Gradient, run.First, run.Second,
                marks.Tensor.Ints(), marks.Lengths.Ints(), updates[from].Rule, dims);
        }
    }

    void MarkSome(List<(DeviceView<float> View, int Tensor)> runs, UpdateMarks marks)
    {
        Span<DeviceView<float>> views = new DeviceView<float>[Together];
        Span<TensorRun> described = stackalloc TensorRun[Together];
        described.Clear();
        views.Fill(runs[0].View); // of no elements none is read
        int longest = 0;
        for (int i = 0; i < runs.Count; i++)
        {
            views[i] = runs[i].View;
            described[i] = new(runs[i].View.Length, runs[i].Tensor);
            longest = Math.Max(longest, runs[i].View.Length);
        }
        OptimizerKernels.LaunchMarkNonFinite(
            driver, KernelSize.Groups(longest, plan.ElementsEach), views[0], views[1], views[2], views[3], views[4],
            views[5], views[6], views[7], marks.Tensor.Ints(), marks.Lengths.Ints(), new MarkDims(
                described[0], described[1], described[2], described[3], described[4], described[5], described[6],
                described[7], marks.Number, plan.ElementsEach));
    }

    /// <summary>Whether a tensor begins where the next one of a run would.</summary>
    static bool Follows(DeviceView<float> next, DeviceView<float> run)
    {
        const int alignment = OptimizerKernels.Alignment;
        long end = run.Offset + run.Length;
        return next.Buffer == run.Buffer && next.Offset == (end + alignment - 1) / alignment * alignment;
    }

    static DeviceView<float> Join(DeviceView<float> run, DeviceView<float> next) =>
        new(run.Buffer, run.Offset, KernelSize.Of(next.Offset - run.Offset + next.Length));

    /// <summary>The memory of an update; the weights in the place of what the rule does not keep.</summary>
    readonly record struct Views(
        DeviceView<float> Weights, DeviceView<float> Gradient, DeviceView<float> First, DeviceView<float> Second,
        int Kept)
    {
        public static Views Of<TRule>(in ParameterUpdate<TRule> update) where TRule : struct, IUpdateRule
        {
            DeviceView<float> weights = update.Weights.Floats();
            return new(
                weights, update.Gradient.Floats(), update.First?.Floats() ?? weights,
                update.Second?.Floats() ?? weights,
                update.Second is not null ? 2 : update.First is not null ? 1 : 0);
        }

        public bool Follow(Views run) => Follows(Weights, run.Weights) && Follows(Gradient, run.Gradient)
            && Follows(First, run.First) && Follows(Second, run.Second);

        public Views Join(Views next) => new(
            GpuOptimizers.Join(Weights, next.Weights), GpuOptimizers.Join(Gradient, next.Gradient),
            GpuOptimizers.Join(First, next.First), GpuOptimizers.Join(Second, next.Second), Kept);
    }
}
