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
    public void MarkNonFinite(ReadOnlySpan<Tensor?> x, UpdateMarks marks)
    {
        FiniteLoop[] loops = new FiniteLoop[x.Length];
        for (int i = 0; i < loops.Length; i++) loops[i] = new FiniteLoop(x[i], marks, i);
        Run(loops);
    }

    public void Update<TRule>(ReadOnlySpan<ParameterUpdate<TRule>> updates, UpdateMarks marks)
        where TRule : struct, IUpdateRule
    {
        if (marks.Tensor.Ints()[OptimizerKernels.Refused] == marks.Number) return;
        UpdateLoop<TRule>[] loops = new UpdateLoop<TRule>[updates.Length];
        for (int i = 0; i < loops.Length; i++) loops[i] = new UpdateLoop<TRule>(updates[i], marks);
        Run(loops);
    }

    void Run<TLoop>(TLoop[] loops) where TLoop : struct, ITensorLoop
    {
        int[] firstBlock = new int[loops.Length + 1];
        for (int i = 0; i < loops.Length; i++)
            firstBlock[i + 1] = checked(firstBlock[i] + (loops[i].Count + VectorLoop.Block - 1) / VectorLoop.Block);
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

/// <summary>A loop over one of many tensors.</summary>
interface ITensorLoop : IVectorLoop
{
    int Count { get; }
}

/// <summary>Whether one tensor is finite throughout.</summary>
readonly unsafe struct FiniteLoop(Tensor? x, UpdateMarks marks, int place) : ITensorLoop
{
    readonly float* values = x is null ? null : x.Floats();
    readonly int* marks = marks.Tensor.Ints();
    readonly int number = marks.Number;

    public int Count { get; } = x is null ? 0 : checked((int)x.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        // x - x is 0, and NaN where x is not finite. Four sums, none of which waits for another.
        V a = V.Create(0), b = a, c = a, d = a;
        int i = from;
        for (; i <= to - 4 * V.Count; i += 4 * V.Count)
        {
            V x = V.Load(values + i), y = V.Load(values + i + V.Count);
            V z = V.Load(values + i + 2 * V.Count), w = V.Load(values + i + 3 * V.Count);
            a += x - x;
            b += y - y;
            c += z - z;
            d += w - w;
        }
        for (; i < to; i += V.Count)
        {
            V x = V.Load(values + i) & V.FirstLanes(to - i);
            a += x - x;
        }
        if (V.Sum(a + b + (c + d)) == 0) return;
        marks[OptimizerKernels.Refused] = number;
        marks[OptimizerKernels.FirstTensor + place] = number;
    }
}

/// <summary>The update of one tensor.</summary>
readonly unsafe struct UpdateLoop<TRule>(ParameterUpdate<TRule> update, UpdateMarks marks) : ITensorLoop
    where TRule : struct, IUpdateRule
{
    readonly TRule rule = update.Rule;
    readonly float* weights = update.Weights.Floats(), gradient = update.Gradient.Floats();
    readonly float* first = update.First is null ? null : update.First.Floats();
    readonly float* second = update.Second is null ? null : update.Second.Floats();
    readonly int* marks = marks.Tensor.Ints();
    readonly int number = marks.Number, place = update.Place;

    public int Count { get; } = checked((int)update.Weights.Count);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        TRule settings = rule;
        V sum = V.Create(0);
        for (int i = from; i < to; i += V.Count)
        {
            V keptFirst = first is null ? default : V.Load(first + i);
            V keptSecond = second is null ? default : V.Load(second + i);
            V weight = settings.Update(V.Load(weights + i), V.Load(gradient + i), ref keptFirst, ref keptSecond);
            V.Store(weight, weights + i, to - i);
            if (first is not null) V.Store(keptFirst, first + i, to - i);
            if (second is not null) V.Store(keptSecond, second + i, to - i);
            V notFinite = weight - weight + (keptFirst - keptFirst) + (keptSecond - keptSecond);
            sum += to - i < V.Count ? notFinite & V.FirstLanes(to - i) : notFinite;
        }
        if (V.Sum(sum) == 0) return;
        marks[OptimizerKernels.Overflowed] = number;
        marks[OptimizerKernels.FirstTensor + place] = number;
    }
}
