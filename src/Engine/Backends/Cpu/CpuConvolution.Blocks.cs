using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Winograd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu;

sealed unsafe partial class CpuConvolution<V> : IBlockedConvolution
{
    public IBlockedConvolution Blocked => this;

    int IBlockedConvolution.Channels => V.Count;

    bool IBlockedConvolution.Takes(in ConvolutionShape dims) => BlockConvolution<V>.Takes(dims);

    IPackedWeight IBlockedConvolution.Prepare(Tensor weight, in ConvolutionShape dims) => Panels(weight, dims);

    void IBlockedConvolution.Forward(
        Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionShape dims, bool relu)
    {
        float* from = x.Floats(), to = y.Floats();
        Epilogue epilogue = new(
            bias is null ? null : bias.Floats(), residual is null ? null : residual.Floats(), relu);
        // Another plan over the same weight may keep it in another form.
        FilterPanels<V>? kept = weight.Prepared as FilterPanels<V>;
        using FilterPanels<V>? loose = kept is null ? Panels(weight, dims) : null;
        FilterPanels<V> filters = kept ?? loose!;
        switch (Choose(dims, filters.Images))
        {
            case Algorithm.Winograd3:
                new WinogradConvolution<F4x4Of3x3, V, ChannelBlocks<V>>(cpu, dims, filters).Run(from, to, epilogue);
                break;
            case Algorithm.Winograd5:
                new WinogradConvolution<F2x2Of5x5, V, ChannelBlocks<V>>(cpu, dims, filters).Run(from, to, epilogue);
                break;
            default:
                new BlockConvolution<V>(cpu, filters, dims).Run(from, to, epilogue);
                break;
        }
    }
}
