namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// Where the depth of a convolution's product looks, a <see cref="Sight"/> for each: in shared memory, a ring of two
/// chunks, so that one is worked out, with divisions, while the other is read.
/// </summary>
public static class DepthTable
{
    /// <summary>Depths of a chunk: eight steps.</summary>
    public const int Chunk = 64;

    /// <summary>Depths of the ring.</summary>
    public const int Length = 2 * Chunk;

    /// <summary>The place of a depth in the ring.</summary>
    public static int Place(int depth) => depth & (Length - 1);
}
