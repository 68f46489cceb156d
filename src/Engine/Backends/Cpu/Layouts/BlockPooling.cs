using TripletGpu.Backends.Cpu.Pooling;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Pooling;

namespace TripletGpu.Backends.Cpu.Layouts;

/// <summary>
/// Pooling of maps in <see cref="ChannelBlocks{V}"/>: a pixel is a vector (<see cref="PixelWindows{V}"/>). Threads
/// share the blocks, and no sum depends on their number.
/// </summary>
sealed unsafe class BlockPooling<V>(CpuBackend cpu) : IPooling where V : unmanaged, ITileVector<V>
{
    // Outputs of all blocks, below which waking other threads costs more than it gains.
    const long WorthSharing = 4_096;

    public bool HasMaxAlone => true;

    public void Max(Tensor x, Tensor y, Tensor taps, PlaneWindow d)
    {
        float* from = x.Floats(), to = y.Floats(), chosen = taps.Floats();
        ForBlocks(y, d, (input, output) => PixelWindows<V>.Max(from + input, to + output, chosen + output, d));
    }

    public void Max(Tensor x, Tensor y, PlaneWindow d) => Reduce(x, y, d, new Largest<V>());

    public void MaxBackward(Tensor taps, Tensor dy, Gradient dx, PlaneWindow d)
    {
        float* chosen = taps.Floats(), from = dy.Floats(), to = dx.Target!.Floats();
        ForBlocks(dy, d, (input, output) => PixelWindows<V>.Gather(
            new OfMaxima<V>(chosen + output, from + output), to + input, d, dx.Accumulate));
    }

    public void Average(Tensor x, Tensor y, PlaneWindow d, bool countPadding)
    {
        using WindowCounts counts = new(d, countPadding);
        Reduce(x, y, d, new PixelMean<V>(counts.Rows, counts.Columns));
    }

    public void AverageBackward(Tensor dy, Gradient dx, PlaneWindow d, bool countPadding)
    {
        float* from = dy.Floats(), to = dx.Target!.Floats();
        using WindowCounts counts = new(d, countPadding);
        float* rows = counts.Rows, columns = counts.Columns;
        ForBlocks(dy, d, (input, output, shares) =>
        {
            PixelWindows<V>.Means(from + output, rows, columns, shares, d);
            PixelWindows<V>.Gather(new OfShares<V>(shares, null), to + input, d, dx.Accumulate);
        });
    }

    public void L2(Tensor x, Tensor y, PlaneWindow d) => Reduce(x, y, d, new Norm<V>());

    public void L2Backward(Tensor x, Tensor y, Tensor dy, Gradient dx, PlaneWindow d)
    {
        float* pixels = x.Floats(), norm = y.Floats(), from = dy.Floats(), to = dx.Target!.Floats();
        ForBlocks(dy, d, (input, output, shares) =>
        {
            PixelWindows<V>.Quotients(from + output, norm + output, shares, d.P * d.Q);
            PixelWindows<V>.Gather(new OfShares<V>(shares, pixels + input), to + input, d, dx.Accumulate);
        });
    }

    public void GlobalAverage(Tensor x, Tensor y)
    {
        float* from = x.Floats(), to = y.Floats();
        int plane = x.Shape.Product(2, 4);
        ForBlocks(x.Count, plane, (block, _) =>
        {
            float* pixels = from + (nint)block * plane * V.Count;
            V sum = Sums<V>.Lanes(pixels, plane * V.Count, rows: 1, step: 0, beyond: 0);
            V.Store(sum / V.Create(plane), to + block * V.Count);
        });
    }

    public void GlobalAverageBackward(Tensor dy, Gradient dx)
    {
        Tensor target = dx.Target!;
        float* from = dy.Floats(), to = target.Floats();
        int plane = target.Shape.Product(2, 4);
        ForBlocks(target.Count, plane, (block, _) =>
        {
            float* pixels = to + (nint)block * plane * V.Count;
            PixelWindows<V>.Fill(V.Load(from + block * V.Count) / V.Create(plane), pixels, plane, dx.Accumulate);
        });
    }

    void Reduce<TSum>(Tensor x, Tensor y, PlaneWindow d, TSum sum) where TSum : struct, IWindowSum<V>
    {
        float* from = x.Floats(), to = y.Floats();
        ForBlocks(y, d, (input, output) => PixelWindows<V>.Reduce(sum, from + input, to + output, d));
    }

    /// <summary>Calls with the start of each block of inputs and of outputs.</summary>
    void ForBlocks(Tensor y, PlaneWindow d, Action<nint, nint> block) => ForBlocks(
        y.Count, d.P * d.Q, (i, _) => block((nint)i * d.H * d.W * V.Count, (nint)i * d.P * d.Q * V.Count));

    /// <summary>The same with room for a block of outputs, each thread's own.</summary>
    void ForBlocks(Tensor y, PlaneWindow d, ScratchBlock block)
    {
        PerThread scratch = cpu.Workspace.Begin().TakeForEach((long)d.P * d.Q * V.Count);
        ForBlocks(y.Count, d.P * d.Q, (i, thread) =>
            block((nint)i * d.H * d.W * V.Count, (nint)i * d.P * d.Q * V.Count, scratch[thread]));
    }

    /// <summary>Calls for each block, with the thread.</summary>
    /// <param name="outputs">Elements of all.</param>
    /// <param name="plane">Outputs of a plane.</param>
    /// <param name="block">What is done with a block.</param>
    void ForBlocks(long outputs, int plane, Action<int, int> block)
    {
        int blocks = checked((int)(outputs / ((long)plane * V.Count)));
        if (outputs / V.Count >= WorthSharing) cpu.Workers.ForEach(blocks, block);
        else for (int i = 0; i < blocks; i++) block(i, cpu.Workers.BranchThread);
    }

    delegate void ScratchBlock(nint input, nint output, float* scratch);
}
