namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>A loop over a range of elements, written once for vectors of any width.</summary>
interface IVectorLoop
{
    void Run<V>(int from, int to) where V : struct, ICpuVector<V>;
}

/// <summary>Runs loops with the backend's instruction set, shared between its threads.</summary>
static class VectorLoop
{
    /// <summary>Threads get whole blocks: no two write to one cache line, and no vector is split.</summary>
    public const int Block = 64;

    /// <summary>Below this many elements waking another thread costs more than it saves.</summary>
    public const int WorthSharing = 16_384;

    /// <summary>Runs <paramref name="loop"/> over 0 .. count - 1, an even range of whole blocks a thread.</summary>
    public static void For<TLoop>(this CpuBackend cpu, int count, TLoop loop) where TLoop : struct, IVectorLoop
    {
        if (count < WorthSharing) cpu.OnThisThread(0, count, loop);
        else
            cpu.Workers.For((count + Block - 1) / Block, atLeast: 2,
                (from, to) => cpu.OnThisThread(from * Block, Math.Min(to * Block, count), loop));
    }

    /// <summary>Runs <paramref name="loop"/> over one range with the backend's instruction set.</summary>
    public static void OnThisThread<TLoop>(this CpuBackend cpu, int from, int to, TLoop loop)
        where TLoop : struct, IVectorLoop
    {
        switch (cpu.Instructions)
        {
            case CpuInstructionSet.Avx512:
                loop.Run<Simd512>(from, to);
                break;
            case CpuInstructionSet.Avx2:
                loop.Run<Simd256>(from, to);
                break;
            default:
                loop.Run<Simd128>(from, to);
                break;
        }
    }
}
