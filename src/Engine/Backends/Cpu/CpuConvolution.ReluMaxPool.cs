using System.Runtime.Intrinsics;

namespace TripletGpu.Backends.Cpu;

sealed unsafe partial class CpuConvolution
{
    readonly Scratch<float> pooledScratch = new();

    public void ForwardReluMaxPool(
        Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index, in ConvolutionDims dims)
    {
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512: Forward<Simd512>(x, weight, bias, y, index, new(dims)); break;
            case CpuInstructionSet.Avx2: Forward<Simd256>(x, weight, bias, y, index, new(dims)); break;
            default: Forward<Simd128>(x, weight, bias, y, index, new(dims)); break;
        }
    }

    public void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db, in ConvolutionDims dims)
    {
        PooledOperands operands = new()
        {
            X = x.Floats(),
            Weight = weight.Floats(),
            Index = (byte*)index.Ints(),
            Dy = dy.Floats(),
            Dx = dx,
            Dw = dw,
            Db = db,
        };
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512: Backward<Simd512>(operands, new(dims)); break;
            case CpuInstructionSet.Avx2: Backward<Simd256>(operands, new(dims)); break;
            default: Backward<Simd128>(operands, new(dims)); break;
        }
    }

    void Forward<V>(Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index, in PooledDims d)
        where V : struct, ICpuVector<V> =>
        PooledForward<V>.Run(
            cpu.Workers, pooledScratch, x.Floats(), weight.Floats(), bias.Floats(), y.Floats(), (byte*)index.Ints(), d);

    void Backward<V>(in PooledOperands operands, in PooledDims d)
        where V : struct, ICpuVector<V> =>
        new PooledBackward<V>(cpu.Workers, pooledScratch, operands, d).Run();
}
