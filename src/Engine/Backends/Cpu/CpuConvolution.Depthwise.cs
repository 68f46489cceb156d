using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu;

/// <summary>Convolutions with a filter for each channel, of maps in either layout.</summary>
sealed unsafe partial class CpuConvolution<V>
{
    public void Depthwise(Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionShape dims, ClipRange clip)
    {
        float* b = bias is null ? null : bias.Floats();
        if (y.ChannelBlock > 0)
            new DepthwiseConvolution<V, ChannelBlocks<V>>(cpu, dims).Forward(
                x.Floats(), weight.Floats(), b, y.Floats(), clip);
        else
            new DepthwiseConvolution<V, Planes<V>>(cpu, dims).Forward(
                x.Floats(), weight.Floats(), b, y.Floats(), clip);
    }

    public void DepthwiseBackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionShape dims)
    {
        if (!dx.IsNeeded) return;
        float* to = dx.Target.Floats();
        if (dy.ChannelBlock > 0)
            new DepthwiseConvolution<V, ChannelBlocks<V>>(cpu, dims).BackwardInput(
                dy.Floats(), weight.Floats(), to, dx.Accumulate);
        else
            new DepthwiseConvolution<V, Planes<V>>(cpu, dims).BackwardInput(
                dy.Floats(), weight.Floats(), to, dx.Accumulate);
    }

    public void DepthwiseBackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionShape dims)
    {
        if (!dw.IsNeeded) return;
        float* to = dw.Target.Floats();
        if (dy.ChannelBlock > 0)
            new DepthwiseConvolution<V, ChannelBlocks<V>>(cpu, dims).BackwardWeight(
                x.Floats(), dy.Floats(), to, dw.Accumulate);
        else
            new DepthwiseConvolution<V, Planes<V>>(cpu, dims).BackwardWeight(
                x.Floats(), dy.Floats(), to, dw.Accumulate);
    }
}
