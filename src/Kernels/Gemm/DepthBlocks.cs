namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The blocks into which the sums of a matrix product are split: each block is one chain of multiply-adds, and the
/// blocks are added in order. Short chains round less, and blocks of A and B fit caches. They depend on the depth
/// alone, so that the backends' products have the same bits.
/// </summary>
public static class DepthBlocks
{
    /// <summary>
    /// Terms of a block at most: 384 * 14 floats of A and 384 * 32 of B stream through a CPU's L1 and L2.
    /// </summary>
    public const int MostDepth = 384;

    // So few keep the starts that they have always had: runs of small networks repeat from version to version.
    const int FewBlocks = 3;

    /// <summary>The blocks of a depth.</summary>
    public static int BlockCount(int depth) => (depth + MostDepth - 1) / MostDepth;

    /// <summary>
    /// Where a block starts: the depth for the block past the last, else of more than three blocks a multiple of four,
    /// so that lines which begin at multiples of 16 bytes do so in each block.
    /// </summary>
    public static int BlockStart(int depth, int block)
    {
        // depth * block / count, in 32 bits.
        int count = BlockCount(depth), start = depth / count * block + depth % count * block / count;
        // Negative where there are more: no condition, which takes registers of the loop (ptxas spilled 44 bytes).
        int more = FewBlocks - count;
        return block == count ? depth : start + (-start & 3 & more >> 31);
    }

    /// <summary>Whether every block of a depth starts at a multiple of four.</summary>
    public static bool StartInFours(int depth)
    {
        int count = BlockCount(depth);
        for (int block = 1; block < count && count <= FewBlocks; block++)
            if (BlockStart(depth, block) % 4 != 0) return false;
        return true;
    }

    /// <summary>
    /// A number, as if it were another one for each block: what a compiler computes of it before the loop over blocks
    /// takes registers within.
    /// </summary>
    [Native]
    public static int Anew(int number) => number;
}
