using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>The operands of a binary derivative over the rows of a broadcast.</summary>
readonly unsafe struct BinaryRows<TMath, TOperand>(StridedRows rows, float* a, float* b, float* y, float* dy)
    where TMath : struct, IBinaryMath where TOperand : struct, IOperand
{
    public StridedRows Rows => rows;

    /// <summary>The row that starts at <paramref name="column"/> of row <paramref name="row"/>.</summary>
    public BinaryRow<TMath, TOperand> At(int row, int column)
    {
        bool vectorA = rows.Stride(0) != 0, vectorB = rows.Stride(1) != 0;
        long start = (long)row * rows.Length + column;
        return new BinaryRow<TMath, TOperand>(
            a + rows.Offset(0, row) + (vectorA ? column : 0), vectorA,
            b + rows.Offset(1, row) + (vectorB ? column : 0), vectorB, y + start, dy + start);
    }
}

/// <summary>
/// What the derivative of one row reads: a and b (strides 0 or 1), y and dy (contiguous). Pointers that the function
/// does not read are null.
/// </summary>
readonly unsafe struct BinaryRow<TMath, TOperand>(float* a, bool vectorA, float* b, bool vectorB, float* y, float* dy)
    where TMath : struct, IBinaryMath where TOperand : struct, IOperand
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Derivative<V>(int i) where V : struct, ICpuVector<V>
    {
        V valueA = default, valueB = default, valueY = default;
        if ((TMath.Reads & Reads.Inputs) != 0)
        {
            valueA = vectorA ? V.Load(a + i) : V.Create(*a);
            valueB = vectorB ? V.Load(b + i) : V.Create(*b);
        }
        if ((TMath.Reads & Reads.Output) != 0) valueY = V.Load(y + i);
        return TOperand.Backward<TMath, V>(valueA, valueB, valueY, V.Load(dy + i));
    }
}
