using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Elementwise;

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
