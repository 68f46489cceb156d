using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>The gradient of an operand that was not broadcast: dx = derivative, or dx += that.</summary>
readonly unsafe struct BinaryBackward<TMath, TOperand>(BinaryRows<TMath, TOperand> operands, float* dx, bool accumulate)
    : IVectorLoop where TMath : struct, IBinaryMath where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int from, int to) where V : struct, ICpuVector<V>
    {
        int length = operands.Rows.Length, column = from % length;
        for (int row = from / length; from < to; row++, column = 0)
        {
            int count = Math.Min(length - column, to - from);
            BinaryRow<TMath, TOperand> operand = operands.At(row, column);
            float* target = dx + from;
            for (int i = 0; i < count; i += V.Count)
            {
                V value = operand.Derivative<V>(i);
                V.Store(accumulate ? V.Load(target + i) + value : value, target + i, count - i);
            }
            from += count;
        }
    }
}
