using TripletGpu.Backends.Cpu.Convolution;
using TripletGpu.Backends.Cpu.Gemm;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu;

/// <summary>Matrix products on the CPU.</summary>
sealed unsafe class CpuMatMul<V>(CpuBackend cpu) : IMatMul where V : unmanaged, ITileVector<V>
{
    // So that a thread that is done can take some of what another has left.
    const int PiecesOfAShare = 4;

    readonly CpuBackend cpu = cpu;

    public void Multiply(Tensor a, bool transposeA, Tensor b, bool transposeB, Gradient c)
    {
        Tensor target = c.Target!;
        int m = target.Shape[-2], n = target.Shape[-1], k = a.Shape[transposeA ? -2 : -1];
        int count = target.Shape.Rank == 3 ? target.Shape[0] : 1;
        float* left = a.Floats(), right = b.Floats(), to = target.Floats();
        bool add = c.Accumulate;
        // A thread takes whole products where they are enough; in a branch of a network they come one after the other.
        if (count < cpu.Workers.Threads || cpu.Workers.IsInBranch) Range(0, count);
        else
        {
            int parts = Math.Min(count, cpu.Workers.Threads * PiecesOfAShare);
            cpu.Workers.ForEachBranch(
                parts, part => Range((int)((long)count * part / parts), (int)((long)count * (part + 1) / parts)));
        }

        void Range(int from, int end)
        {
            for (nint i = from; i < end; i++)
                Multiply(left + i * m * k, transposeA, right + i * k * n, transposeB, to + i * m * n, m, n, k, add);
        }
    }

    public void Linear(Tensor x, Tensor weight, Tensor? bias, Tensor y)
    {
        int n = y.Shape[0], outputs = y.Shape[1];
        if (bias is not null)
            for (int i = 0; i < n; i++) bias.Span().CopyTo(new Span<float>(y.Floats() + (long)i * outputs, outputs));
        int depth = x.Shape[1];
        if (weight.Prepared is FilterPanels<V> panels)
            Multiply(
                cpu, x.Floats(), false, new KeptPanels<V>(panels, outputs), y.Floats(), n, depth, bias is not null);
        else Multiply(x.Floats(), false, weight.Floats(), true, y.Floats(), n, outputs, depth, bias is not null);
    }

    public IPackedWeight? Prepare(Tensor weight) => weight.Prepared as FilterPanels<V>
        ?? new FilterPanels<V>(cpu, weight, FilterOrder.Of(weight.Shape[0], weight.Shape[1]));

    public void SumRows(Tensor x, Gradient sums)
    {
        int rows = x.Shape[0], columns = x.Shape[1];
        float* from = x.Floats(), to = sums.Target!.Floats();
        const int Block = 64;
        double* block = stackalloc double[Block];
        for (int j = 0; j < columns; j += Block)
        {
            int width = Math.Min(Block, columns - j);
            for (int i = 0; i < width; i++) block[i] = sums.Accumulate ? to[j + i] : 0;
            for (int r = 0; r < rows; r++)
            {
                float* line = from + (long)r * columns + j;
                for (int i = 0; i < width; i++) block[i] += line[i];
            }
            for (int i = 0; i < width; i++) to[j + i] = (float)block[i];
        }
    }

    /// <summary>C[m, n] (+)= op(A) op(B) of contiguous row-major matrices.</summary>
    void Multiply(float* a, bool transposeA, float* b, bool transposeB, float* c, int m, int n, int k, bool add) =>
        Multiply(cpu, a, transposeA, b, transposeB, c, m, n, k, add);

    /// <summary>The same on a backend; begins its workspace anew.</summary>
    internal static void Multiply(
        CpuBackend cpu, float* a, bool transposeA, float* b, bool transposeB, float* c, int m, int n, int k,
        bool add) => Multiply(
            cpu, a, transposeA, new MatrixPanels<V>(b, n, transposeB ? 1 : n, transposeB ? k : 1), c, m, k, add);

    static void Multiply<TB>(CpuBackend cpu, float* a, bool transposeA, TB right, float* c, int m, int k, bool add)
        where TB : struct, IPanels
    {
        PackedLeft<V> left = new(cpu.Workspace.Begin(), m, k);
        left.Pack(cpu, a, transposeA ? 1 : k, transposeA ? m : 1);
        int n = right.Columns;
        PanelProduct<V>.Run(cpu, left, right, new MatrixSink<V>(c, n, n, add));
    }
}
