using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>
/// The gradient of a broadcast operand, one thread's part of the sums: <paramref name="totals"/> gets the sums
/// of the loop's range. At most <see cref="Terms"/> terms are added in float; those sums are added in double.
/// </summary>
readonly unsafe struct BroadcastSums<TMath, TOperand>(
    BinaryRows<TMath, TOperand> operands, float* partial, double* totals, int targets)
    : IVectorLoop
    where TMath : struct, IBinaryMath where TOperand : struct, IOperand
{
    const int Terms = 1024;

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        new Span<double>(totals, targets).Clear();
        int length = operands.Rows.Length, column = from % length;
        bool isVector = operands.Rows.Stride(2) != 0;
        if (isVector) new Span<float>(partial, targets).Clear();
        int terms = 0;
        for (int row = from / length; from < to; row++, column = 0)
        {
            int count = Math.Min(length - column, to - from), target = operands.Rows.Offset(2, row);
            BinaryRow<TMath, TOperand> operand = operands.At(row, column);
            if (isVector)
            {
                float* sums = partial + target + column;
                for (int i = 0; i < count; i += V.Count)
                    V.Store(V.Load(sums + i) + operand.Derivative<V>(i), sums + i, count - i);
                if (++terms == Terms)
                {
                    Flush();
                    terms = 0;
                }
            }
            else
                for (int start = 0; start < count; start += Terms)
                    totals[target] += Sum<V>(operand, start, Math.Min(start + Terms, count));
            from += count;
        }
        if (isVector) Flush();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    static float Sum<V>(BinaryRow<TMath, TOperand> operand, int from, int to) where V : struct, ICpuVector<V>
    {
        V sum = V.Create(0);
        int i = from;
        for (; i <= to - V.Count; i += V.Count) sum += operand.Derivative<V>(i);
        if (i < to) sum += operand.Derivative<V>(i) & V.FirstLanes(to - i);
        return V.Sum(sum);
    }

    void Flush()
    {
        for (int i = 0; i < targets; i++)
        {
            totals[i] += partial[i];
            partial[i] = 0;
        }
    }
}
