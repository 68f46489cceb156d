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

/// <summary>With respect to which operand a binary function is differentiated.</summary>
interface IOperand
{
    static abstract V Backward<TMath, V>(V a, V b, V y, V dy)
        where TMath : struct, IBinaryMath where V : struct, ICpuVector<V>;
}

/// <summary>The first operand.</summary>
readonly struct OperandA : IOperand
{
    public static V Backward<TMath, V>(V a, V b, V y, V dy)
        where TMath : struct, IBinaryMath where V : struct, ICpuVector<V> => TMath.BackwardA(a, b, y, dy);
}

/// <summary>The second operand.</summary>
readonly struct OperandB : IOperand
{
    public static V Backward<TMath, V>(V a, V b, V y, V dy)
        where TMath : struct, IBinaryMath where V : struct, ICpuVector<V> => TMath.BackwardB(a, b, y, dy);
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
