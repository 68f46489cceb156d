using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu;

sealed unsafe partial class CpuConvolution<V>
{
    // What reads smaller maps is, as a rule, a linear layer, for which they would be turned.
    const int FewestWindowsOfBlocks = 64;

    public void ForwardReluMaxPool(
        Tensor x, Tensor weight, Tensor bias, Tensor y, Tensor index, in ConvolutionShape dims) =>
        PooledForward<V>.Run(
            cpu, x.Floats(), weight.Floats(), bias.Floats(), y.Floats(), (byte*)index.Ints(),
            new(dims, x.ChannelBlock, y.ChannelBlock));

    public bool HasReluMaxPoolAlone => true;

    public void ForwardReluMaxPoolAlone(Tensor x, Tensor weight, Tensor bias, Tensor y, in ConvolutionShape dims) =>
        PooledForward<V>.Run(
            cpu, x.Floats(), weight.Floats(), bias.Floats(), y.Floats(), null,
            new(dims, x.ChannelBlock, y.ChannelBlock));

    public int PooledChannelBlock(in ConvolutionShape dims) =>
        dims.K % PooledTile<V>.Channels == 0 && dims.P / 2 * (dims.Q / 2) >= FewestWindowsOfBlocks ? V.Count : 0;

    public void BackwardReluMaxPool(
        Tensor x, Tensor weight, Tensor index, Tensor dy, Gradient dx, Gradient dw, Gradient db,
        in ConvolutionShape dims)
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
        new PooledBackward<V>(cpu, operands, new(dims, x.ChannelBlock, dy.ChannelBlock)).Run();
    }
}
