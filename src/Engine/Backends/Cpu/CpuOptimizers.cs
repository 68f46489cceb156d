using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Optimizers;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Parameter updates on the CPU: weight, gradient and kept values go through registers once. The threads share the
/// blocks of all tensors together, since networks have many small ones.
/// </summary>
sealed unsafe class CpuOptimizers(CpuBackend cpu) : IOptimizers
{
    public void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates) where TRule : struct, IUpdateRule
    {
        UpdateLoop<TRule>[] loops = new UpdateLoop<TRule>[updates.Length];
        int[] firstBlock = new int[updates.Length + 1];
        for (int i = 0; i < loops.Length; i++)
        {
            loops[i] = new UpdateLoop<TRule>(updates[i]);
            firstBlock[i + 1] = checked(firstBlock[i] + (loops[i].Count + VectorLoop.Block - 1) / VectorLoop.Block);
        }
        cpu.Workers.For(firstBlock[^1], VectorLoop.WorthSharing / VectorLoop.Block, (from, to) =>
        {
            for (int i = 0; i < loops.Length; i++)
            {
                int start = VectorLoop.Block * (Math.Max(from, firstBlock[i]) - firstBlock[i]);
                int end = VectorLoop.Block * (Math.Min(to, firstBlock[i + 1]) - firstBlock[i]);
                if (start < end) cpu.OnThisThread(start, Math.Min(end, loops[i].Count), loops[i]);
            }
        });
    }
}

/// <summary>The update of one tensor.</summary>
readonly unsafe struct UpdateLoop<TRule>(ParameterUpdate<TRule> update) : IVectorLoop where TRule : struct, IUpdateRule
{
    readonly TRule rule = update.Rule;
    readonly float* weights = update.Weights.Floats(), gradient = update.Gradient.Floats();
    readonly float* first = update.First is null ? null : update.First.Floats();
    readonly float* second = update.Second is null ? null : update.Second.Floats();

    public int Count { get; } = checked((int)update.Weights.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        TRule settings = rule;
        for (int i = from; i < to; i += V.Count)
        {
            V keptFirst = first is null ? default : V.Load(first + i);
            V keptSecond = second is null ? default : V.Load(second + i);
            V weight = settings.Update(V.Load(weights + i), V.Load(gradient + i), ref keptFirst, ref keptSecond);
            V.Store(weight, weights + i, to - i);
            if (first is not null) V.Store(keptFirst, first + i, to - i);
            if (second is not null) V.Store(keptSecond, second + i, to - i);
        }
    }
}
