using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>y = f(a, b) over the rows of a broadcast; operands 0 and 1 are a and b, y is contiguous.</summary>
readonly unsafe struct BinaryForward<TMath>(StridedRows rows, float* a, float* b, float* y) : IVectorLoop
    where TMath : struct, IBinaryMath
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        int length = rows.Length, column = from % length;
        bool vectorA = rows.Stride(0) != 0, vectorB = rows.Stride(1) != 0;
        for (int row = from / length; from < to; row++, column = 0)
        {
            int count = Math.Min(length - column, to - from);
            float* rowA = a + rows.Offset(0, row) + (vectorA ? column : 0);
            float* rowB = b + rows.Offset(1, row) + (vectorB ? column : 0);
            for (int i = 0; i < count; i += V.Count)
            {
                V value = TMath.Forward(
                    vectorA ? V.Load(rowA + i) : V.Create(*rowA), vectorB ? V.Load(rowB + i) : V.Create(*rowB));
                V.Store(value, y + from + i, count - i);
            }
            from += count;
        }
    }
}
