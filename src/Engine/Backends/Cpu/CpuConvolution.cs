using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Winograd;

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
                Forward<Simd512>(x.Floats(), weight.Floats(), b, r, y.Floats(), dims, relu);
                break;
            case CpuInstructionSet.Avx2:
                Forward<Simd256>(x.Floats(), weight.Floats(), b, r, y.Floats(), dims, relu);
                break;
            default:
                Forward<Simd128>(x.Floats(), weight.Floats(), b, r, y.Floats(), dims, relu);
                break;
        }
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionDims dims)
    {
        float* to = dx.Target!.Floats();
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                BackwardInput<Simd512>(dy.Floats(), weight.Floats(), to, dx.Accumulate, dims);
                break;
            case CpuInstructionSet.Avx2:
                BackwardInput<Simd256>(dy.Floats(), weight.Floats(), to, dx.Accumulate, dims);
                break;
            default:
                BackwardInput<Simd128>(dy.Floats(), weight.Floats(), to, dx.Accumulate, dims);
                break;
        }
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionDims dims)
    {
        float* to = dw.Target!.Floats();
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                BackwardWeight<Simd512>(x.Floats(), dy.Floats(), to, dw.Accumulate, dims);
                break;
            case CpuInstructionSet.Avx2:
                BackwardWeight<Simd256>(x.Floats(), dy.Floats(), to, dw.Accumulate, dims);
                break;
            default:
                BackwardWeight<Simd128>(x.Floats(), dy.Floats(), to, dw.Accumulate, dims);
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
        float* gradient = dy.Floats();
        cpu.For(
            checked((int)y.Count), new UnaryBackward<Kernels.Relu>(null, y.Floats(), gradient, gradient, accumulate: false));
    }

    void Forward<V>(float* x, float* weight, float* bias, float* residual, float* y, in ConvolutionDims d, bool relu)
        where V : unmanaged, ITileVector<V>
    {
        switch (Choose(d))
        {
            case Algorithm.Winograd3:
                new WinogradConvolution<F4x4Of3x3, V>(cpu, d, weight, false).Run(x, y, new(bias, residual, relu));
                break;
            case Algorithm.Winograd5:
                new WinogradConvolution<F2x2Of5x5, V>(cpu, d, weight, false).Run(x, y, new(bias, residual, relu));
                break;
            default:
                DirectConvolution<V>.Forward(cpu, x, weight, bias, residual, y, d, relu);
                break;
        }
    }

    void BackwardInput<V>(float* dy, float* weight, float* dx, bool add, in ConvolutionDims d)
        where V : unmanaged, ITileVector<V>
    {
        float* addend = add ? dx : null;
        switch (Choose(d))
        {
            case Algorithm.Winograd3:
                new WinogradConvolution<F4x4Of3x3, V>(cpu, Reversed(d), weight, true)
                    .Run(dy, dx, new(null, addend, false));
                break;
            case Algorithm.Winograd5:
                new WinogradConvolution<F2x2Of5x5, V>(cpu, Reversed(d), weight, true)
                    .Run(dy, dx, new(null, addend, false));
                break;
            default:
                DirectConvolution<V>.BackwardInput(cpu, dy, weight, dx, add, d);
                break;
        }
    }

    void BackwardWeight<V>(float* x, float* dy, float* dw, bool add, in ConvolutionDims d)
        where V : unmanaged, ITileVector<V>
    {
        switch (Choose(d))
        {
            case Algorithm.Winograd3:
                new WinogradWeightGradient<F4x4Of3x3, V>(cpu, d).Run(x, dy, dw, add);
                break;
            case Algorithm.Winograd5:
                new WinogradWeightGradient<F2x2Of5x5, V>(cpu, d).Run(x, dy, dw, add);
                break;
            default:
                new DirectWeightGradient<V>(cpu, d).Run(x, dy, dw, add);
                break;
        }
    }

    enum Algorithm { Direct, Winograd3, Winograd5 }

    /// <summary>
    /// Winograd where it measured faster: filters of stride 1 that move within the padded map, and channels enough to
    /// pay for the transforms.
    /// </summary>
    Algorithm Choose(in ConvolutionDims d)
    {
        const int FewestChannels = 32;
        ConvolutionGeometry g = d.Geometry;
        bool isPossible = cpu.UseWinograd && d.R == d.S && g is { StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1 }
            && Math.Max(Math.Max(g.PaddingTop, g.PaddingBottom), Math.Max(g.PaddingLeft, g.PaddingRight)) < d.R;
        if (!isPossible || Math.Min(d.C, d.K) < FewestChannels) return Algorithm.Direct;
        return d.R switch
        {
            3 => Algorithm.Winograd3,
            5 => Algorithm.Winograd5,
            _ => Algorithm.Direct,
        };
    }

    /// <summary>The convolution of stride 1 that computes dx from dy: channels swapped, padding complemented.</summary>
    static ConvolutionDims Reversed(in ConvolutionDims d)
    {
        ConvolutionGeometry g = d.Geometry;
        return new ConvolutionDims(
            d.N, d.K, d.P, d.Q, d.C, d.R, d.S,
            new ConvolutionGeometry(
                1, 1, d.R - 1 - g.PaddingTop, d.S - 1 - g.PaddingLeft,
                d.R - 1 - g.PaddingBottom, d.S - 1 - g.PaddingRight, 1, 1));
    }
}
