using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.RandomNumbers;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>y = x / (1 - rate) where the mask keeps the element, elsewhere 0; or y += that.</summary>
readonly unsafe struct DropoutLoop(float* x, DropoutMask mask, float* y, bool accumulate) : IVectorLoop
{
    /// <summary>Ranges start at whole groups: <see cref="VectorLoop.Block"/> is a group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        uint* bits = stackalloc uint[DropoutMask.Group];
        uint threshold = mask.Threshold;
        V scale = V.Create(mask.Scale);
        for (int start = from; start < to; start += DropoutMask.Group)
        {
            PhiloxBlocks.Sixteen(mask.Seed, mask.Stream, mask.Counter(start / DropoutMask.Group), bits, V.Count);
            int end = Math.Min(start + DropoutMask.Group, to);
            for (int i = start; i < end; i += V.Count)
            {
                V value = V.WhereAtLeast(bits + (i - start), threshold, V.Load(x + i) * scale);
                V.Store(accumulate ? V.Load(y + i) + value : value, y + i, end - i);
            }
        }
    }
}
