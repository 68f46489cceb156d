using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The four elements of an operand that an item brings to shared memory in each step along K, all of one depth. An
/// operand is a matrix of lines: the rows of A, the columns of B.
/// </summary>
public struct StagedElements
{
    /// <summary>
    /// Where they lie in the operand at step 0, a quarter of the tile's lines apart. Lines beyond the last repeat it:
    /// nobody writes their sums.
    /// </summary>
    public int At0, At1, At2, At3;

    /// <summary>Their depth in a step.</summary>
    public int K;

    /// <summary>The first's place in a stage, in floats.</summary>
    public int Place;

    /// <summary>
    /// Shares an operand's elements out among a group's items so that a warp reads neighbours: along K where that is
    /// how the operand lies, else along its lines.
    /// </summary>
    /// <param name="own">The item's own.</param>
    /// <param name="item">The item's number in its group.</param>
    /// <param name="start">Where the operand begins.</param>
    /// <param name="firstLine">The group's first line.</param>
    /// <param name="lines">All lines, at least one.</param>
    /// <param name="strideLine">Elements from a line to the next.</param>
    /// <param name="strideK">Elements from one depth to the next.</param>
    public static void Share<TTile>(
        out StagedElements own, int item, int start, int firstLine, int lines, int strideLine, int strideK)
        where TTile : struct, ITile
    {
        own.K = strideK == 1 ? item % SharedTile.Depth : item / (TTile.Size / 4);
        int line = strideK == 1 ? item / SharedTile.Depth : item % (TTile.Size / 4);
        own.Place = own.K * (TTile.Size + 4) + line;
        int at = start + own.K * strideK, first = firstLine + line, last = lines - 1;
        own.At0 = at + Math.Min(first, last) * strideLine;
        own.At1 = at + Math.Min(first + TTile.Size / 4, last) * strideLine;
        own.At2 = at + Math.Min(first + TTile.Size / 2, last) * strideLine;
        own.At3 = at + Math.Min(first + 3 * TTile.Size / 4, last) * strideLine;
    }

    /// <summary>The elements of a step.</summary>
    /// <param name="own">The item's own.</param>
    /// <param name="from">The operand.</param>
    /// <param name="shift">Elements from step 0 to this one.</param>
    /// <param name="depth">What is left along K: deeper elements are 0.</param>
    public static Float4 Load(ref StagedElements own, ArrayView<float> from, int shift, int depth) => new(
        own.K < depth ? from[own.At0 + shift] : 0f, own.K < depth ? from[own.At1 + shift] : 0f,
        own.K < depth ? from[own.At2 + shift] : 0f, own.K < depth ? from[own.At3 + shift] : 0f);
}
