using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Elementwise;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Reduction;

/// <summary>to = scale * from over the rows of a box (operands 0 and 1), or to += that.</summary>
readonly unsafe struct StridedCopy(StridedRows rows, float* from, float* to, float scale, bool accumulate) : IVectorLoop
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int start, int end) where V : struct, ICpuVector<V>
    {
        int length = rows.Length, column = start % length, strideFrom = rows.Stride(0), strideTo = rows.Stride(1);
        for (int row = start / length; start < end; row++, column = 0)
        {
            int count = Math.Min(length - column, end - start);
            float* source = from + rows.Offset(0, row) + column * strideFrom;
            float* target = to + rows.Offset(1, row) + column * strideTo;
            if (strideTo == 1 && strideFrom is (0 or 1)) CopyRow<V>(source, strideFrom == 1, target, count);
            else
                for (int i = 0; i < count; i++, source += strideFrom, target += strideTo)
                    *target = accumulate ? *target + scale * *source : scale * *source;
            start += count;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void CopyRow<V>(float* source, bool isVector, float* target, int count) where V : struct, ICpuVector<V>
    {
        V scales = V.Create(scale);
        for (int i = 0; i < count; i += V.Count)
        {
            V value = scales * (isVector ? V.Load(source + i) : V.Create(*source));
            V.Store(accumulate ? V.Load(target + i) + value : value, target + i, count - i);
        }
    }
}
