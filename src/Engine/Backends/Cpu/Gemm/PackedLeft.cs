using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>
/// The left factor of a product, packed once: for each block of the depth, for each tile of rows, [k][rows]. Rows are
/// split as evenly as the register tile allows, so that there is no ragged last tile.
/// </summary>
sealed unsafe class PackedLeft<V> : IDisposable where V : unmanaged, ITileVector<V>
{
    // Below this many elements waking the other threads costs more than it gains.
    const int FewElements = 16_384;

    readonly float* data;
    readonly Tensor? kept;

    /// <param name="workspace">Where the packed copy lies, until the operation's end.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="depth">Columns of A.</param>
    public PackedLeft(Workspace workspace, int rows, int depth) : this(rows, depth) => data = workspace.Take(Size);

    /// <param name="device">Which gives the memory that the packed copy lies in, until it is disposed.</param>
    /// <param name="rows">Rows of A.</param>
    /// <param name="depth">Columns of A.</param>
    public PackedLeft(Device device, int rows, int depth) : this(rows, depth)
    {
        kept = device.Unowned(new Shape(checked((int)Size)), ElementType.Float32, "packed weights");
        data = kept.Floats();
    }

    PackedLeft(int rows, int depth)
    {
        (Rows, Depth) = (rows, depth);
        Tiles = (rows + V.TileRows - 1) / V.TileRows;
        Blocks = DepthBlocks.BlockCount(depth);
        // Starts are rounded, so a block may be deeper than an even part.
        for (int block = 0; block < Blocks; block++)
            DeepestBlock = Math.Max(DeepestBlock, BlockStart(block + 1) - BlockStart(block));
        // A vector stored for the last column of a tile may run over the tile's end.
        TileSize = DeepestBlock * V.TileRows + V.Count;
    }

    /// <summary>Gives back memory that outlives operations.</summary>
    public void Dispose() => kept?.Release();

    public int Rows { get; }

    public int Depth { get; }

    public int Tiles { get; }

    public int Blocks { get; }

    public int DeepestBlock { get; }

    /// <summary>Floats from one tile to the next.</summary>
    public int TileSize { get; }

    long Size => (long)TileSize * Tiles * Blocks;

    public int RowStart(int tile) => (int)((long)Rows * tile / Tiles);

    public int BlockStart(int block) => DepthBlocks.BlockStart(Depth, block);

    public float* Tile(int block, int tile) => data + ((long)block * Tiles + tile) * TileSize;

    /// <summary>Packs a matrix of which a row is contiguous (rowStep apart), or a column (depthStep apart).</summary>
    public PackedLeft<V> Pack(CpuBackend cpu, float* a, nint rowStep, nint depthStep)
    {
        cpu.Workers.For(Tiles * Blocks, Rows * Depth < FewElements ? int.MaxValue : 2, (from, to) =>
        {
            for (int i = from; i < to; i++) PackTile(a, rowStep, depthStep, i / Tiles, i % Tiles);
        });
        return this;
    }

    /// <summary>Packs A[m, j] = w[m * rowStep + offsets[j]].</summary>
    public PackedLeft<V> Pack(CpuBackend cpu, float* w, nint rowStep, int[] offsets)
    {
        cpu.Workers.For(Tiles * Blocks, Rows * Depth < FewElements ? int.MaxValue : 2, (from, to) =>
        {
            fixed (int* at = offsets)
                for (int i = from; i < to; i++) PackTile(w, rowStep, at, i / Tiles, i % Tiles);
        });
        return this;
    }

    /// <summary>Writes w[m * rowStep + offsets[j]] = A[m, j].</summary>
    public void Unpack(CpuBackend cpu, float* w, nint rowStep, int[] offsets) =>
        cpu.Workers.ForEach(Tiles * Blocks, (i, _) => UnpackTile(w, rowStep, offsets, i / Tiles, i % Tiles));

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackTile(float* a, nint rowStep, nint depthStep, int block, int tile)
    {
        int k0 = BlockStart(block), kc = BlockStart(block + 1) - k0;
        int m0 = RowStart(tile), rows = RowStart(tile + 1) - m0;
        float* from = a + m0 * rowStep + k0 * depthStep, to = Tile(block, tile);
        int k = 0;
        if (depthStep == 1)
        {
            for (; k + V.Count <= kc; k += V.Count) V.Transpose(from + k, rowStep, rows, V.Count, to + k * rows, rows);
        }
        else if (rowStep == 1)
        {
            V some = V.FirstLanes(rows);
            for (; k < kc; k++) V.Store(V.LoadMasked(from + k * depthStep, some), to + k * rows);
        }
        for (; k < kc; k++)
            for (int r = 0; r < rows; r++) to[k * rows + r] = from[r * rowStep + k * depthStep];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void PackTile(float* w, nint rowStep, int* offsets, int block, int tile)
    {
        int k0 = BlockStart(block), kc = BlockStart(block + 1) - k0;
        int m0 = RowStart(tile), rows = RowStart(tile + 1) - m0;
        float* to = Tile(block, tile);
        for (int k = 0; k < kc; k++, to += rows)
        {
            float* from = w + m0 * rowStep + offsets[k0 + k];
            for (int r = 0; r < rows; r++) to[r] = from[r * rowStep];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    void UnpackTile(float* w, nint rowStep, int[] offsets, int block, int tile)
    {
        int k0 = BlockStart(block), kc = BlockStart(block + 1) - k0;
        int m0 = RowStart(tile), rows = RowStart(tile + 1) - m0;
        float* from = Tile(block, tile);
        for (int k = 0; k < kc; k++, from += rows)
        {
            float* to = w + m0 * rowStep + offsets[k0 + k];
            for (int r = 0; r < rows; r++) to[r * rowStep] = from[r];
        }
    }
}
