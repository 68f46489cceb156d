using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Elementwise;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Layouts;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.Winograd;
using TripletGpu.Kernels.Convolution;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu;

/// <summary>Convolutions on the CPU: chooses the algorithm.</summary>
sealed unsafe partial class CpuConvolution<V>(CpuBackend cpu) : IConvolution where V : unmanaged, ITileVector<V>
{
    readonly CpuBackend cpu = cpu;

    public void Forward(
        Tensor x, Tensor weight, Tensor? bias, Tensor? residual, Tensor y, in ConvolutionShape dims,
        ClipRange clip)
    {
        float* from = x.Floats(), to = y.Floats();
        float* b = bias is null ? null : bias.Floats(), r = residual is null ? null : residual.Floats();
        if (y.ChannelBlock > 0)
        {
            ForwardInBlocks(from, weight, to, new(b, r, clip), dims);
            return;
        }
        FilterPanels<V>? panels = weight.Prepared as FilterPanels<V>;
        switch (weight.Prepared is FilterRows<V> ? Algorithm.Direct : Choose(dims, panels))
        {
            case Algorithm.SmallMap:
                new SmallMapConvolution<V>(cpu, from, panels!, dims).Run(to, new(b, r, clip));
                break;
            case Algorithm.Winograd3:
                Winograd<F4x4Of3x3, Planes<V>>(dims, weight, panels).Run(from, to, new(b, r, clip));
                break;
            case Algorithm.Winograd5:
                Winograd<F2x2Of5x5, Planes<V>>(dims, weight, panels).Run(from, to, new(b, r, clip));
                break;
            default:
                cpu.Workspace.Begin();
                PackedLeft<V> packed = Packed(weight, dims);
                if (PhaseConvolution<V>.Planes(dims) is { } planes)
                    PhaseConvolution<V>.Forward(cpu, planes, from, packed, b, r, to, clip);
                else DirectConvolution<V>.Forward(cpu, from, packed, b, r, to, dims, clip);
                break;
        }
    }

    public bool TakesMaxPool(in ConvolutionShape dims, in PlaneWindow pool) =>
        Choose(dims) == Algorithm.Direct && PooledConvolution<V>.Takes(dims, pool);

    public void ForwardMaxPool(
        Tensor x, Tensor weight, Tensor? bias, Tensor y, in ConvolutionShape dims, ClipRange clip,
        in PlaneWindow pool)
    {
        cpu.Workspace.Begin();
        PackedLeft<V> packed = Packed(weight, dims);
        PhasePlanes<V> planes = new(dims);
        float* b = bias is null ? null : bias.Floats();
        if (y.ChannelBlock > 0)
            PooledConvolution<V>.Run<ChannelBlocks<V>>(
                cpu, planes, x.Floats(), packed, b, clip, pool, y.Floats());
        else PooledConvolution<V>.Run<Planes<V>>(cpu, planes, x.Floats(), packed, b, clip, pool, y.Floats());
    }

    /// <summary>A weight as the direct form multiplies by it; the workspace has begun.</summary>
    PackedLeft<V> Packed(Tensor weight, in ConvolutionShape d) =>
        (weight.Prepared as FilterRows<V>)?.Rows ?? DirectConvolution<V>.Pack(
            cpu, new PackedLeft<V>(cpu.Workspace, d.K, d.C * d.R * d.S), weight.Floats(), d);

    public IPackedWeight? Prepare(Tensor weight, in ConvolutionShape dims, bool inBlocks)
    {
        // With few tiles transforming the filters is most of Winograd's work; packed already they multiply sooner.
        const int FewPixels = 64;
        long pixels = (long)dims.N * dims.P * dims.Q;
        bool byChannel = TakesWinograd(dims) && pixels > FewPixels;
        if (!inBlocks && !byChannel && !SmallMapConvolution<V>.IsBetter(pixels, dims.K))
            return weight.Prepared as FilterRows<V> ?? new FilterRows<V>(cpu, weight.Device, weight.Floats(), dims);
        FilterPanels<V> panels = weight.Prepared is FilterPanels<V> kept && kept.IsByChannel == byChannel ? kept
            : new FilterPanels<V>(cpu, weight, FilterOrder.Forward(dims), byChannel);
        panels.Images = dims.N;
        return panels;
    }

    public void BackwardInput(Tensor dy, Tensor weight, Gradient dx, in ConvolutionShape dims)
    {
        if (dy.ChannelBlock > 0) BackwardInput<ChannelBlocks<V>>(dy.Floats(), weight, dx, dims);
        else BackwardInput<Planes<V>>(dy.Floats(), weight, dx, dims);
    }

    void BackwardInput<M>(float* dy, Tensor weight, Gradient dx, in ConvolutionShape dims)
        where M : struct, IMapLayout<V>
    {
        float* w = weight.Floats(), to = dx.Target!.Floats();
        Epilogue epilogue = new(null, dx.Accumulate ? to : null, ClipRange.None);
        switch (Choose(dims))
        {
            case Algorithm.Winograd3:
                new WinogradConvolution<F4x4Of3x3, V, M>(cpu, Reversed(dims), w, true).Run(dy, to, epilogue);
                break;
            case Algorithm.Winograd5:
                new WinogradConvolution<F2x2Of5x5, V, M>(cpu, Reversed(dims), w, true).Run(dy, to, epilogue);
                break;
            default:
                if (M.Together > 1) new BlockInputGradient<V>(cpu, dims).Run(dy, weight, to, dx.Accumulate);
                else DirectConvolution<V>.BackwardInput(cpu, dy, w, to, dx.Accumulate, dims);
                break;
        }
    }

    public void BackwardWeight(Tensor x, Tensor dy, Gradient dw, in ConvolutionShape dims)
    {
        if (dy.ChannelBlock > 0) BackwardWeight<ChannelBlocks<V>>(x.Floats(), dy.Floats(), dw, dims);
        else BackwardWeight<Planes<V>>(x.Floats(), dy.Floats(), dw, dims);
    }

    void BackwardWeight<M>(float* x, float* dy, Gradient dw, in ConvolutionShape dims) where M : struct, IMapLayout<V>
    {
        float* to = dw.Target!.Floats();
        switch (Choose(dims))
        {
            case Algorithm.Winograd3:
                new WinogradWeightGradient<F4x4Of3x3, V, M>(cpu, dims).Run(x, dy, to, dw.Accumulate);
                break;
            case Algorithm.Winograd5:
                new WinogradWeightGradient<F2x2Of5x5, V, M>(cpu, dims).Run(x, dy, to, dw.Accumulate);
                break;
            default:
                if (M.Together > 1 && BlockPixelGradient<V>.Takes(dims))
                    new BlockPixelGradient<V>(cpu, dims).Run(x, dy, to, dw.Accumulate);
                else new DirectWeightGradient<V, M>(cpu, dims).Run(x, dy, to, dw.Accumulate);
                break;
        }
    }

    public void BackwardBias(Tensor dy, Gradient db, in ConvolutionShape dims)
    {
        float* from = dy.Floats(), to = db.Target!.Floats();
        int pixels = dims.P * dims.Q, images = dims.N, channels = dims.K;
        bool add = db.Accumulate;
        if (dy.ChannelBlock > 0)
        {
            BlockSums<V> blocks = new(from, to, images, channels, pixels, add);
            cpu.Workers.ForEach(channels / V.Count, (block, _) => blocks.Run(block));
            return;
        }
        cpu.Workers.For(channels, dy.Count < VectorLoop.WorthSharing ? int.MaxValue : 2, (first, last) =>
            new ChannelSums(from, to, images, channels, pixels, add).Run<V>(first, last));
    }

    public void BackwardRelu(Tensor y, Tensor dy)
    {
        float* gradient = dy.Floats();
        cpu.For(
            checked((int)y.Count),
            new UnaryBackward<Kernels.Functions.Relu>(null, y.Floats(), gradient, gradient, accumulate: false));
    }

    WinogradConvolution<F, V, M> Winograd<F, M>(in ConvolutionShape d, Tensor weight, FilterPanels<V>? panels)
        where F : struct, IWinogradForm where M : struct, IMapLayout<V> => panels is not null
            ? new WinogradConvolution<F, V, M>(cpu, d, panels)
            : new WinogradConvolution<F, V, M>(cpu, d, weight.Floats(), isInputGradient: false);

    enum Algorithm { Direct, SmallMap, Winograd3, Winograd5 }

    /// <summary>
    /// How a convolution is computed: without packed filters by Winograd where it is faster; else as they are packed.
    /// </summary>
    /// <param name="d">The convolution.</param>
    /// <param name="panels">Its filters, where they are packed.</param>
    Algorithm Choose(in ConvolutionShape d, FilterPanels<V>? panels = null)
    {
        if (panels is { IsByChannel: false })
            return SmallMapConvolution<V>.IsBetter((long)panels.Images * d.P * d.Q, d.K)
                ? Algorithm.SmallMap : Algorithm.Direct;
        if (!TakesWinograd(d)) return Algorithm.Direct;
        return d.R == 3 ? Algorithm.Winograd3 : Algorithm.Winograd5;
    }

    /// <summary>
    /// Winograd where it measured faster: filters of stride 1 that move within the padded map, and channels enough to
    /// pay for the transforms. A tile of 2 x 2 pixels takes as many products as its 3 x 3 filter.
    /// </summary>
    bool TakesWinograd(in ConvolutionShape d)
    {
        const int FewestChannels = 32;
        return cpu.UseWinograd && d.R == d.S && d.R is 3 or 5
            && d is { StrideH: 1, StrideW: 1, DilationH: 1, DilationW: 1 } && Math.Min(d.C, d.K) >= FewestChannels
            && Math.Max(Math.Max(d.Top, d.Bottom), Math.Max(d.Left, d.Right)) < d.R
            && !(d is { R: 3, P: <= 2, Q: <= 2 });
    }

    /// <summary>The convolution of stride 1 that computes dx from dy: channels swapped, padding complemented.</summary>
    static ConvolutionShape Reversed(in ConvolutionShape d) => new(
        d.N, d.K, d.P, d.Q, d.C, d.R, d.S, d.H, d.W, 1, 1, d.R - 1 - d.Top, d.S - 1 - d.Left, 1, 1);
}
