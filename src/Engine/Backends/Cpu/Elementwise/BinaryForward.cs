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
        int together = rows.Together, stepA = rows.Step(0), stepB = rows.Step(1);
        bool vectorA = rows.Stride(0) != 0, vectorB = rows.Stride(1) != 0;
        float* startA = null, startB = null;
        for (int row = from / length, left = 0; from < to; row++, column = 0, left--)
        {
            int count = Math.Min(length - column, to - from);
            // Short rows, a pixel's channels say, would take longer to find than to compute.
            if (left == 0)
            {
                startA = a + rows.Offset(0, row);
                startB = b + rows.Offset(1, row);
                left = together - row % together;
            }
            else
            {
                startA += stepA;
                startB += stepB;
            }
            float* rowA = startA + (vectorA ? column : 0), rowB = startB + (vectorB ? column : 0);
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
