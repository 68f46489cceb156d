using System.Runtime.Intrinsics;
using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;

namespace TripletGpu.Backends.Cpu;

/// <summary>Convolutions on the CPU: chooses the vector instructions and the algorithm.</summary>
sealed unsafe partial class CpuConvolution(CpuBackend cpu) : IConvolution
{
    readonly CpuBackend cpu = cpu;

    public void Forward(
        Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionDims dims, bool relu)
    {
        float* b = bias is null ? null : bias.Floats(), r = residual is null ? null : residual.Floats();
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                Forward<Avx512Vectors, Vector512<float>>(x.Floats(), weight.Floats(), b, r, y.Floats(), dims, relu);
                break;
            case CpuInstructionSet.Avx2:
                Forward<Avx2Vectors, Vector256<float>>(x.Floats(), weight.Floats(), b, r, y.Floats(), dims, relu);
                break;
            default:
                Forward<PortableVectors, Vector128<float>>(x.Floats(), weight.Floats(), b, r, y.Floats(), dims, relu);
                break;
        }
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionDims dims)
    {
        float* to = dx.Target!.Floats();
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                BackwardInput<Avx512Vectors, Vector512<float>>(dy.Floats(), weight.Floats(), to, dx.Accumulate, dims);
                break;
            case CpuInstructionSet.Avx2:
                BackwardInput<Avx2Vectors, Vector256<float>>(dy.Floats(), weight.Floats(), to, dx.Accumulate, dims);
                break;
            default:
                BackwardInput<PortableVectors, Vector128<float>>(dy.Floats(), weight.Floats(), to, dx.Accumulate, dims);
                break;
        }
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionDims dims)
    {
        float* to = dw.Target!.Floats();
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                BackwardWeight<Avx512Vectors, Vector512<float>>(x.Floats(), dy.Floats(), to, dw.Accumulate, dims);
                break;
            case CpuInstructionSet.Avx2:
                BackwardWeight<Avx2Vectors, Vector256<float>>(x.Floats(), dy.Floats(), to, dw.Accumulate, dims);
                break;
            default:
                BackwardWeight<PortableVectors, Vector128<float>>(x.Floats(), dy.Floats(), to, dw.Accumulate, dims);
                break;
        }
    }

    public void BackwardBias(Tensor dy, Gradient db, in ConvolutionDims dims)
    {
        float* from = dy.Floats(), to = db.Target!.Floats();
        int pixels = dims.P * dims.Q, images = dims.N, channels = dims.K;
        bool add = db.Accumulate;
        cpu.Workers.For(channels, dy.Count < VectorLoop.WorthSharing ? int.MaxValue : 2, (first, last) =>
            cpu.OnThisThread(first, last, new ChannelSums(from, to, images, channels, pixels, add)));
    }

    public void BackwardRelu(Tensor y, Tensor dy)
    {
        cpu.For(checked((int)y.Count), new UnaryBackward<Kernels.Relu>(null, y.Floats(), dy.Floats(), dy.Floats(), accumulate: false));
    }

    void Forward<S, V>(float* x, float* weight, float* bias, float* residual, float* y, in ConvolutionDims d, bool relu)
        where S : struct, IVectors<V> where V : unmanaged =>
        DirectConvolution<S, V>.Forward(cpu, x, weight, bias, residual, y, d, relu);

    void BackwardInput<S, V>(float* dy, float* weight, float* dx, bool add, in ConvolutionDims d)
        where S : struct, IVectors<V> where V : unmanaged =>
        DirectConvolution<S, V>.BackwardInput(cpu, dy, weight, dx, add, d);

    void BackwardWeight<S, V>(float* x, float* dy, float* dw, bool add, in ConvolutionDims d)
        where S : struct, IVectors<V> where V : unmanaged =>
        new DirectWeightGradient<S, V>(cpu, d).Run(x, dy, dw, add);
}
