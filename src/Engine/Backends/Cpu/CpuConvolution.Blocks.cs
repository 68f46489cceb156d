using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.Winograd;
using TripletGpu.Kernels.Convolution;

namespace TripletGpu.Backends.Cpu;

/// <summary>Convolutions whose maps lie in blocks of channels.</summary>
sealed unsafe partial class CpuConvolution<V>
{
    public int ChannelBlock => V.Count;

    public bool TakesBlocks(in ConvolutionShape dims) => BlockConvolution<V>.Takes(dims);

    void ForwardInBlocks(float* x, Tensor weight, float* y, in Epilogue epilogue, in ConvolutionShape d)
    {
        // Another plan over the same weight may keep it in another form.
        FilterPanels<V>? kept = weight.Prepared as FilterPanels<V>;
        Algorithm algorithm = Choose(d, kept);
        if (algorithm is Algorithm.Winograd3 or Algorithm.Winograd5)
        {
            if (algorithm == Algorithm.Winograd3)
                Winograd<F4x4Of3x3, ChannelBlocks<V>>(d, weight, kept).Run(x, y, epilogue);
            else Winograd<F2x2Of5x5, ChannelBlocks<V>>(d, weight, kept).Run(x, y, epilogue);
            return;
        }
        if (kept is { IsByChannel: true }) kept = null;
        using FilterPanels<V>? loose = kept is null
            ? new FilterPanels<V>(cpu, weight, FilterOrder.Forward(d)) : null;
        new BlockConvolution<V>(cpu, kept ?? loose!, d).Run(x, y, epilogue);
    }

    public void Turn(Tensor x, Gradient y)
    {
        if (!y.IsNeeded) return;
        float* from = x.Floats(), to = y.Target.Floats();
        Shape shape = x.Shape;
        int blocks = shape[0] * (shape[1] / V.Count), pixels = shape[2] * shape[3];
        bool isIntoBlocks = y.Target.ChannelBlock > 0;
        nint block = (nint)pixels * V.Count;
        Epilogue epilogue = new(null, y.Accumulate ? to : null, ClipRange.None);
        Workspace workspace = cpu.Workspace.Begin();
        PerThread maps = workspace.TakeForEach(isIntoBlocks && y.Accumulate ? block : 0);
        cpu.Workers.ForEach(blocks, (i, thread) =>
        {
            nint at = i * block;
            if (!isIntoBlocks)
                Planes<V>.Write(from + at, V.Count, pixels, to, pixels, at, 0, epilogue, V.Count);
            else if (epilogue.Addend == null)
                TransposedLine.Pack<V>(from + at, pixels, V.Count, pixels, to + at, V.Count);
            else
            {
                TransposedLine.Pack<V>(from + at, pixels, V.Count, pixels, maps[thread], V.Count);
                ChannelBlocks<V>.Write(maps[thread], V.Count, pixels, to, pixels, at, 0, epilogue, V.Count);
            }
        });
    }
}
