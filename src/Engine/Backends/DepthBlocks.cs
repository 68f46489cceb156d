using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Backends;

/// <summary>
/// The blocks into which the sums of a matrix product are split: each block is one chain of multiply-adds, and the
/// blocks are added in order. Short chains round less, and blocks of A and B fit caches. They depend on the depth
/// alone, so that the backends' products have the same bits.
/// </summary>
static class DepthBlocks
{
    // Rows of B in a block: 384 * 14 floats of A and 384 * 32 of B stream through a CPU's L1 and L2.
    const int Most = GemmDims.MostDepth;

    /// <summary>The blocks of a depth.</summary>
    public static int Count(int depth) => (depth + Most - 1) / Most;

    /// <summary>Where a block starts: the depth for the block past the last.</summary>
    public static int Start(int depth, int block) => (int)((long)depth * block / Count(depth));
}
