using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Where the depth of a convolution's product looks, a <see cref="Sight"/> for each: in shared memory, a ring of two
/// chunks, so that one is worked out, with divisions, while the other is read. The depth begins with so many that do
/// not exist that all steps are whole.
/// </summary>
public static class DepthTable
{
    /// <summary>Depths of a chunk: eight steps.</summary>
    public const int Chunk = 64;

    /// <summary>Depths of the ring.</summary>
    public const int Length = 2 * Chunk;

    /// <summary>The depths before the first that exists.</summary>
    /// <param name="count">Those that do.</param>
    public static int Skipped<TTile>(int count) where TTile : struct, ITile =>
        TTile.StepDepth - SharedTile.FirstDepth<TTile>(count);

    /// <summary>The place of a depth in the ring.</summary>
    public static int Place(int depth) => depth & (Length - 1);

    /// <summary>The same, as <see cref="StageMemory.Load"/> takes it.</summary>
    public static int Start(int depth) => StageMemory.Next(0, depth, Length);

    /// <summary>
    /// From where a step looks to where the next one does, as <see cref="StageMemory.Load"/> takes it.
    /// </summary>
    public static int Next(int start, int step) => StageMemory.Next(start, step, Length);
}
