using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The elements of an operand that an item brings to shared memory in each step along K: of four lines, at one depth,
/// or at two where the group has too few items to stage all depths of a step at once. An operand is a matrix of lines:
/// the rows of A, the columns of B.
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

    /// <summary>The first's place in a stage: <see cref="Place"/>.</summary>
    public int To;

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
        int depths = Depths<TTile>();
        own.K = strideK == 1 ? item % depths : item / (TTile.Size / 4);
        int line = strideK == 1 ? item / depths : item % (TTile.Size / 4);
        own.To = Place<TTile>(own.K, line);
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

    /// <summary>
    /// The same half a step further, which an item stages too where its group has too few. Places of their own: as
    /// sums of others and a stride, ptxas would compute them anew in each step. In pairs nothing reads them: the sums
    /// of a warp leave no registers for them, so loads begin half a step further (<see cref="Load{TTile}"/>).
    /// </summary>
    /// <inheritdoc cref="Share{TTile}"/>
    public static void ShareFurther<TTile>(
        out StagedElements further, int item, int start, int firstLine, int lines, int strideLine, int strideK)
        where TTile : struct, ITile
    {
        Share<TTile>(
            out further, item, start + TTile.StepDepth / 2 * strideK, firstLine, lines, strideLine, strideK);
    }

    /// <summary>
    /// <see cref="Share{TTile}"/> of B's columns, and <see cref="ShareFurther{TTile}"/>; in fours
    /// (<see cref="ITile.InFours"/>) an item has four neighbours, which begin at <see cref="At0"/>.
    /// </summary>
    /// <inheritdoc cref="Share{TTile}"/>
    public static void ShareColumns<TTile>(
        out StagedElements own, out StagedElements further, int item, int start, int firstLine, int lines,
        int strideLine, int strideK)
        where TTile : struct, ITile
    {
        Share<TTile>(out own, item, start, firstLine, lines, strideLine, strideK);
        ShareFurther<TTile>(out further, item, start, firstLine, lines, strideLine, strideK);
        if (TTile.InFours != 0)
        {
            int line = item % (TTile.Size / 4);
            own.K = item / (TTile.Size / 4);
            own.To = Place<TTile>(own.K, line);
            own.At0 = start + own.K * strideK + Math.Min(firstLine + 4 * line, lines - 4);
            further.At0 = own.At0 + TTile.StepDepth / 2 * strideK;
        }
    }

    /// <summary>The elements of a step.</summary>
    /// <param name="step">Are set.</param>
    /// <param name="own">The item's own.</param>
    /// <param name="further">Those half a step further.</param>
    /// <param name="from">The operand from this step on.</param>
    /// <param name="half">Elements from a depth to the one half a step further.</param>
    public static void Load<TTile>(
        out StagedStep step, ref StagedElements own, ref StagedElements further, ArrayView<float> from, int half)
        where TTile : struct, ITile
    {
        step.First = Load(ref own, from);
        step.Second = step.First;
        if (SharedTile.InPairs<TTile>()) step.Second = Load(ref own, from.SubView(half));
        else if (Depths<TTile>() < TTile.StepDepth) step.Second = Load(ref further, from);
    }

    /// <summary>The elements of step 0, of which only <paramref name="depth"/> depths exist: 0 beyond.</summary>
    /// <inheritdoc cref="Load{TTile}"/>
    public static void LoadFirst<TTile>(
        out StagedStep step, ref StagedElements own, ref StagedElements further, ArrayView<float> from, int half,
        int depth)
        where TTile : struct, ITile
    {
        step.First = LoadExisting(ref own, from, 0, own.K < depth);
        step.Second = step.First;
        if (SharedTile.InPairs<TTile>())
            step.Second = LoadExisting(ref own, from, half, own.K + TTile.StepDepth / 2 < depth);
        else if (Depths<TTile>() < TTile.StepDepth)
            step.Second = LoadExisting(ref further, from, 0, own.K + TTile.StepDepth / 2 < depth);
    }

    /// <summary><see cref="Load{TTile}"/> of B's columns.</summary>
    /// <inheritdoc cref="Load{TTile}"/>
    public static void LoadColumns<TTile>(
        out StagedStep step, ref StagedElements own, ref StagedElements further, ArrayView<float> from, int half)
        where TTile : struct, ITile
    {
        if (TTile.InFours != 0)
        {
            step.First = LoadFour(ref own, from);
            step.Second = step.First;
            if (Depths<TTile>() < TTile.StepDepth) step.Second = LoadFour(ref further, from);
        }
        else Load<TTile>(out step, ref own, ref further, from, half);
    }

    /// <summary><see cref="LoadFirst{TTile}"/> of B's columns.</summary>
    /// <inheritdoc cref="LoadFirst{TTile}"/>
    public static void LoadFirstColumns<TTile>(
        out StagedStep step, ref StagedElements own, ref StagedElements further, ArrayView<float> from, int half,
        int depth)
        where TTile : struct, ITile
    {
        if (TTile.InFours != 0)
        {
            step.First = new(0f, 0f, 0f, 0f);
            step.Second = step.First;
            if (own.K < depth) step.First = LoadFour(ref own, from);
            if (Depths<TTile>() < TTile.StepDepth && own.K + TTile.StepDepth / 2 < depth)
                step.Second = LoadFour(ref further, from);
        }
        else LoadFirst<TTile>(out step, ref own, ref further, from, half, depth);
    }

    static Float4 LoadFour(ref StagedElements own, ArrayView<float> from) =>
        GlobalMemory.ReadFour(from, GlobalMemory.Place(from, 0), own.At0);

    /// <summary>Four lines' elements.</summary>
    public static Float4 Load(ref StagedElements own, ArrayView<float> from) => new(
        GlobalMemory.Read(from, own.At0), GlobalMemory.Read(from, own.At1), GlobalMemory.Read(from, own.At2),
        GlobalMemory.Read(from, own.At3));

    /// <summary>Four lines' elements, 0 where they do not exist.</summary>
    public static Float4 LoadExisting(ref StagedElements own, ArrayView<float> from, int shift, bool exist) => new(
        exist ? from[own.At0 + shift] : 0f, exist ? from[own.At1 + shift] : 0f,
        exist ? from[own.At2 + shift] : 0f, exist ? from[own.At3 + shift] : 0f);
}
