using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The elements of an operand that an item brings to shared memory in each step along K: of four lines at one depth,
/// or four depths of a line, and as many again where the group has too few items to stage a step's at once. An operand
/// is a matrix of lines: the rows of A, the columns of B.
/// </summary>
public struct StagedElements
{
    /// <summary>
    /// Where they lie in the operand at step 0, a quarter of the tile's lines apart. Lines beyond the last repeat it:
    /// nobody writes their sums.
    /// </summary>
    public int At0, At1, At2, At3;

    /// <summary>Where in the operand the item's view of it begins, from which they are counted.</summary>
    public int Start;

    /// <summary>Their depth in a step.</summary>
    public int K;

    /// <summary>The first's place in a stage: <see cref="Place"/>.</summary>
    public int To;

    /// <summary>
    /// Shares an operand's elements out among a group's items, as it is staged: four neighbours at a depth, or depths
    /// of a line, begin at <see cref="At0"/>. A warp stores those that it turns in all banks at once: of 16 lines, four
    /// in each quarter of the tile, and two quads.
    /// </summary>
    /// <param name="own">The item's own.</param>
    /// <param name="further">
    /// What an item stages too where its group has too few: the same half a step further, or depths of another line.
    /// Places of their own: as sums of others and a stride, ptxas would compute them anew in each step. In
    /// pairs nothing reads them: the sums of a warp leave no registers for them, so loads begin half a step further.
    /// </param>
    /// <param name="staging">A <see cref="Staging"/>.</param>
    /// <param name="item">The item's number in its group.</param>
    /// <param name="start">Where the operand begins.</param>
    /// <param name="firstLine">The group's first line.</param>
    /// <param name="lines">All lines, at least one.</param>
    /// <param name="strideLine">Elements from a line to the next.</param>
    /// <param name="strideK">Elements from one depth to the next.</param>
    public static void Share<TTile>(
        out StagedElements own, out StagedElements further, int staging, int item, int start, int firstLine, int lines,
        int strideLine, int strideK)
        where TTile : struct, ITile
    {
        int half = TTile.StepDepth / 2;
        ShareApart<TTile>(out own, item, start, firstLine, lines, strideLine, strideK);
        ShareApart<TTile>(out further, item, start + half * strideK, firstLine, lines, strideLine, strideK);
        if (staging == Staging.Fours)
        {
            int line = item % (TTile.Size / 4);
            own.K = item / (TTile.Size / 4);
            own.To = Place<TTile>(own.K, line);
            own.Start = start + own.K * strideK + Math.Min(firstLine + 4 * line, lines - 4);
            own.At0 = 0;
            further.At0 = half * strideK;
        }
        further.K = own.K + half;
        if (Staging.IsAlongK(staging))
        {
            bool isTurned = staging == Staging.Turned;
            int line = isTurned ? item / 2 % 4 * (TTile.Size / 4) + item / 8 : item / 2;
            int next = firstLine + line + TTile.Size / (isTurned ? 8 : 2), last = lines - 1;
            own.K = item % 2 * 4;
            own.To = isTurned
                ? Place<TTile>(own.K, item / 8) + item / 2 % 4 : 4 * SharedTile.QuadPlace<TTile>(item % 2, line);
            own.Start = start + own.K + Math.Min(firstLine + line, last) * strideLine;
            own.At0 = 0;
            further.At0 = (Math.Min(next, last) - Math.Min(firstLine + line, last)) * strideLine;
            further.K = own.K;
        }
    }

    /// <summary>
    /// Four lines each, a quarter of the tile apart, so that a warp reads neighbours: along K where that is how the
    /// operand lies, else along its lines.
    /// </summary>
    /// <inheritdoc cref="Share{TTile}"/>
    public static void ShareApart<TTile>(
        out StagedElements own, int item, int start, int firstLine, int lines, int strideLine, int strideK)
        where TTile : struct, ITile
    {
        int depths = Depths<TTile>();
        own.K = strideK == 1 ? item % depths : item / (TTile.Size / 4);
        int line = strideK == 1 ? item / depths : item % (TTile.Size / 4);
        own.To = Place<TTile>(own.K, line);
        own.Start = 0;
        int at = start + own.K * strideK, first = firstLine + line, last = lines - 1;
        own.At0 = at + Math.Min(first, last) * strideLine;
        own.At1 = at + Math.Min(first + TTile.Size / 4, last) * strideLine;
        own.At2 = at + Math.Min(first + TTile.Size / 2, last) * strideLine;
        own.At3 = at + Math.Min(first + 3 * TTile.Size / 4, last) * strideLine;
    }

    /// <summary>How many depths of an operand a group's items stage at once: 8, or 4.</summary>
    public static int Depths<TTile>() where TTile : struct, ITile =>
        TTile.GroupX * TTile.GroupY / (TTile.Size / 4);

    /// <summary>
    /// Where in a stage a line and the three that lie a quarter further have an element, in floats: side by side, or
    /// for tensor cores a quarter of the tile apart.
    /// </summary>
    public static int Place<TTile>(int k, int line) where TTile : struct, ITile =>
        k * TTile.Pitch * 4 + (TTile.OnTensorCores != 0 ? line : 4 * line);

    /// <summary>The elements of a step.</summary>
    /// <param name="step">Are set.</param>
    /// <param name="staging">A <see cref="Staging"/>.</param>
    /// <param name="own">The item's own.</param>
    /// <param name="further">Its further ones.</param>
    /// <param name="from">The operand from this step on.</param>
    /// <param name="half">Elements from a depth to the one half a step further.</param>
    public static void Load<TTile>(
        out StagedStep step, int staging, ref StagedElements own, ref StagedElements further, ArrayView<float> from,
        int half)
        where TTile : struct, ITile
    {
        step.First = Load(staging, ref own, from);
        step.Second = step.First;
        if (SharedTile.InPairs<TTile>()) step.Second = Load(staging, ref own, from.SubView(half));
        else if (Depths<TTile>() < TTile.StepDepth) step.Second = Load(staging, ref further, from);
    }

    /// <summary>The elements of step 0, of which only <paramref name="depth"/> depths exist: 0 beyond.</summary>
    /// <inheritdoc cref="Load{TTile}"/>
    public static void LoadFirst<TTile>(
        out StagedStep step, int staging, ref StagedElements own, ref StagedElements further, ArrayView<float> from,
        int half, int depth)
        where TTile : struct, ITile
    {
        step.First = LoadExisting(staging, ref own, from, 0, own.K < depth);
        step.Second = step.First;
        if (SharedTile.InPairs<TTile>()) step.Second = LoadExisting(staging, ref own, from, half, further.K < depth);
        else if (Depths<TTile>() < TTile.StepDepth)
            step.Second = LoadExisting(staging, ref further, from, 0, further.K < depth);
    }

    static Float4 Load(int staging, ref StagedElements own, ArrayView<float> from)
    {
        if (staging == Staging.Apart) return Load(ref own, from);
        return LoadFour(from, own.At0);
    }

    static Float4 LoadExisting(int staging, ref StagedElements own, ArrayView<float> from, int shift, bool exist)
    {
        if (staging == Staging.Apart) return LoadExisting(ref own, from, shift, exist);
        Float4 elements = new(0f, 0f, 0f, 0f);
        if (exist) elements = LoadFour(from, own.At0);
        return elements;
    }

    static Float4 LoadFour(ArrayView<float> from, int at) =>
        GlobalMemory.ReadFour(from, GlobalMemory.Place(from, 0), at);

    /// <summary>Four lines' elements.</summary>
    public static Float4 Load(ref StagedElements own, ArrayView<float> from) => new(
        GlobalMemory.Read(from, own.At0), GlobalMemory.Read(from, own.At1), GlobalMemory.Read(from, own.At2),
        GlobalMemory.Read(from, own.At3));

    /// <summary>Four lines' elements, 0 where they do not exist.</summary>
    public static Float4 LoadExisting(ref StagedElements own, ArrayView<float> from, int shift, bool exist) => new(
        exist ? from[own.At0 + shift] : 0f, exist ? from[own.At1 + shift] : 0f,
        exist ? from[own.At2 + shift] : 0f, exist ? from[own.At3 + shift] : 0f);
}
