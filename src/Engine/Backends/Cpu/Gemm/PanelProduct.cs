using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>
/// B of a product, given one panel (the columns of a register tile) at a time: a matrix, or the im2col of a map that
/// is never stored.
/// </summary>
unsafe interface IPanels
{
    int Columns { get; }

    /// <summary>
    /// Writes rows k0 .. k0 + kc of the panel's columns, a panel's width of floats a row; columns past the end are 0.
    /// </summary>
    void Pack(int panel, int k0, int kc, float* to);

    /// <summary>
    /// Where row k0 of a panel has a column, and how many floats further each next row does; null where they are not
    /// evenly apart.
    /// </summary>
    float* Rows(int panel, int k0, int column, out nint step);

    /// <summary>Floats from one column to the next, where it is the same line of a map.</summary>
    int ColumnStep { get; }

    /// <summary>
    /// Whether panels lie packed already, all rows of each one after the other; <see cref="Rows"/> says where.
    /// </summary>
    static virtual bool IsPacked => false;

    /// <summary>Whether tiles read panels where they lie, so that nothing is packed.</summary>
    static virtual bool IsInPlace => false;

    /// <summary>In place: what the offsets of a panel's rows count from.</summary>
    float* Place(int panel) => null;

    /// <summary>In place: the offsets of rows from k0 on.</summary>
    nint* Offsets(int k0) => null;
}

/// <summary>
/// Where a panel of C goes. A direct panel is written by the register tile itself, the others pass through
/// scratch memory.
/// </summary>
unsafe interface ISink
{
    /// <summary>Whether the product is added to what <see cref="Gather"/> fetches.</summary>
    bool IsAdding { get; }

    /// <summary>The panel's first element in place, or null if its columns are not contiguous there.</summary>
    /// <param name="panel">The panel.</param>
    /// <param name="ldc">Floats between rows.</param>
    /// <param name="addend">What a direct panel is added to, rows as far apart; null for nothing.</param>
    float* Direct(int panel, out nint ldc, out float* addend);

    /// <summary>Fetches what a panel is added to that is not direct.</summary>
    void Gather(int panel, float* to, nint ld, int rows);

    /// <summary>Writes a panel that is not direct.</summary>
    void Scatter(int panel, float* from, nint ld, int rows);
}

/// <summary>
/// C = A B (+ C) (+ bias of each row), clipped if asked for. A is packed before and shared; the threads split the
/// panels of B and pack each into their own L2 cache just before its use.
/// </summary>
static unsafe class PanelProduct<V> where V : unmanaged, ITileVector<V>
{
    // Packed B of a thread: a good part of a 1 MB L2 cache.
    const int BlockBytes = 384 << 10;

    // Panels of a group: four small arrays of them lie on the stack.
    const int MostPanels = 1024;

    public static void Run<TB, TC>(
        CpuBackend cpu, PackedLeft<V> a, TB source, TC sink, float* bias = null, ClipRange? clip = null)
        where TB : struct, IPanels where TC : struct, ISink
    {
        int width = RegisterTile<V>.Width, columns = source.Columns, panels = (columns + width - 1) / width;
        int threads = cpu.Workers.Sharers, deepest = a.DeepestBlock;
        int share = Math.Clamp((panels + threads - 1) / threads, 1, MostPanels);
        int perGroup = Math.Clamp(BlockBytes / (deepest * width * sizeof(float)), 1, share);
        // Groups as even as they can be, a multiple of the threads in number.
        int groups = ((panels + perGroup - 1) / perGroup + threads - 1) / threads * threads;
        long packedSize = TB.IsPacked ? 0 : (long)perGroup * deepest * width;
        long looseSize = (long)perGroup * width * a.Rows;
        Workspace workspace = cpu.Workspace;
        PerThread packed = workspace.TakeForEach(packedSize), loose = workspace.TakeForEach(looseSize);
        Group<TB, TC> group = new()
        {
            A = a,
            Source = source,
            Sink = sink,
            Bias = bias,
            Clip = clip ?? ClipRange.None,
            Columns = columns,
            PerGroup = perGroup,
        };
        bool isSmall = panels == 1 || IsSmall(a, columns);
        for (int g = 0; isSmall && g < groups; g++) RunGroup(g, 0);
        if (!isSmall) cpu.Workers.ForEach(groups, RunGroup);

        void RunGroup(int g, int thread) => group.Run(
            (int)((long)panels * g / groups), (int)((long)panels * (g + 1) / groups), packed[thread], loose[thread]);
    }

    /// <summary>Whether waking others would not be worth it: some 10 microseconds of one core.</summary>
    public static bool IsSmall(PackedLeft<V> a, double columns) => columns * a.Rows * a.Depth < 250_000;

    /// <summary>A product, of which a thread takes a few panels at a time.</summary>
    public struct Group<TB, TC> where TB : struct, IPanels where TC : struct, ISink
    {
        public PackedLeft<V> A;
        public TB Source;
        public TC Sink;
        public float* Bias;
        public ClipRange Clip;
        public int Columns, PerGroup;

        /// <summary>Panels from .. to for all rows of A, one block of the depth after another.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        public void Run(int from, int to, float* packed, float* loose)
        {
            int n = to - from, width = RegisterTile<V>.Width;
            if (n <= 0) return;
            float** c = stackalloc float*[PerGroup], addend = stackalloc float*[PerGroup];
            nint* ldc = stackalloc nint[PerGroup];
            bool* isDirect = stackalloc bool[PerGroup];
            // Cache lines that a row of a panel fills; it may begin within one.
            int linesOfARow = Math.Max(1, width * Source.ColumnStep / CpuBuffer.Line);
            for (int j = 0; j < n; j++)
            {
                c[j] = Sink.Direct(from + j, out ldc[j], out addend[j]);
                isDirect[j] = c[j] != null;
                if (isDirect[j]) continue;
                c[j] = loose + (long)j * width * A.Rows;
                ldc[j] = width;
                addend[j] = Sink.IsAdding ? c[j] : null;
                if (Sink.IsAdding) Sink.Gather(from + j, c[j], ldc[j], A.Rows);
            }
            for (int block = 0; block < A.Blocks; block++)
            {
                int k0 = A.BlockStart(block), kc = A.BlockStart(block + 1) - k0;
                ClipRange clip = block == A.Blocks - 1 ? Clip : ClipRange.None;
                for (int j = 0; j < n && !TB.IsInPlace && !TB.IsPacked; j++)
                    Source.Pack(from + j, k0, kc, packed + (long)j * kc * width);
                nint rowStep = TB.IsInPlace ? (nint)Source.Offsets(k0) : width;
                for (int tile = 0; tile < A.Tiles; tile++)
                {
                    int m0 = A.RowStart(tile), rows = A.RowStart(tile + 1) - m0;
                    float* left = A.Tile(block, tile), bias = Bias == null || block > 0 ? null : Bias + m0;
                    var product = TB.IsInPlace ? RegisterTile<V>.AtOffsets(rows) : RegisterTile<V>.Packed(rows);
                    // The next tile of A, a part beside each panel: it lies in L3.
                    float* next = left + A.TileSize;
                    int step = (rows + n - 1) / n;
                    for (int j = 0; j < n; j++, next += kc * step)
                    {
                        float* added = block > 0 ? c[j] : addend[j];
                        (int jNext, int m) = j + 1 < n ? (j + 1, m0) : tile + 1 < A.Tiles ? (0, m0 + rows) : (0, 0);
                        TileAhead ahead = new() { Lines = next, Step = step, C = c[jNext] + m * ldc[jNext] };
                        if (block == 0 && addend[jNext] != null && addend[jNext] != c[jNext])
                            ahead.Addend = addend[jNext] + m * ldc[jNext];
                        // What is packed after this may come from memory, so it is asked for before A.
                        if (tile <= linesOfARow) Later(j, from, to, block, tile * width / linesOfARow, ref ahead);
                        float* panel = TB.IsInPlace ? Source.Place(from + j)
                            : TB.IsPacked ? Source.Rows(from + j, k0, 0, out _) : packed + (long)j * kc * width;
                        product(
                            kc, left, rows, panel, rowStep, c[j] + m0 * ldc[j], ldc[j], bias,
                            added == null ? null : added + m0 * ldc[j], clip, &ahead);
                    }
                }
            }
            for (int j = 0; j < n; j++)
                if (!isDirect[j]) Sink.Scatter(from + j, c[j], ldc[j], A.Rows);
        }

        /// <summary>
        /// The line around a column of what is packed for panel j after a block: its rows of the next block, or those
        /// of a panel of the next group. Leaves it as it is where there is none, or rows are not evenly apart.
        /// </summary>
        void Later(int j, int from, int to, int block, int column, ref TileAhead ahead)
        {
            bool isLast = block == A.Blocks - 1;
            int panel = (isLast ? to : from) + j;
            if ((long)panel * RegisterTile<V>.Width >= Columns) return;
            column = Math.Min(column, RegisterTile<V>.Width - 1);
            float* rows = Source.Rows(panel, isLast ? 0 : A.BlockStart(block + 1), column, out nint rowStep);
            if (rows == null) return;
            ahead.Lines = rows;
            ahead.Step = rowStep;
        }
    }
}
