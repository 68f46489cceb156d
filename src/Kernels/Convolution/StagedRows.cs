using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// What an item brings to shared memory of the filters, or of the output's gradient, in each step: one depth of four
/// rows, a quarter of a tile apart, or in quads (<see cref="Staging.Quads"/>) four depths of each of two rows, half a
/// tile apart. Rows beyond the last repeat it: nobody writes their sums.
/// </summary>
public struct StagedRows
{
    /// <summary>
    /// Where each row has the item's first depth, of two in quads: <see cref="GlobalMemory.Place"/>.
    /// </summary>
    public long Row0, Row1, Row2, Row3;

    /// <summary>
    /// The same as numbers, for tiles whose registers do not hold four places.
    /// </summary>
    public int At0, At1, At2, At3;

    /// <summary>Their first depth in a step.</summary>
    public int K;

    /// <summary>The first's place in a stage.</summary>
    public int To;

    /// <summary>
    /// Whether rows of a length, the first of which begins at a multiple of four, may be read in quads.
    /// </summary>
    public static bool TakesQuads(int length) => length > 0 && length % 4 == 0;

    /// <summary>Shares the rows out among a group's items.</summary>
    /// <param name="rows">The item's own.</param>
    /// <param name="from">What they are rows of.</param>
    /// <param name="item">The item's number in its group.</param>
    /// <param name="strideK">Elements from a depth to the next; 0 where a table has their places.</param>
    /// <param name="firstRow">The group's first row.</param>
    /// <param name="count">All rows, at least one.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    public static void Share<TTile>(
        out StagedRows rows, ArrayView<float> from, int item, int strideK, int firstRow, int count, int stride)
        where TTile : struct, ITile
    {
        int depths = StagedElements.Depths<TTile>(), last = count - 1;
        bool inQuads = TTile.RowStaging == Staging.Quads;
        int line = inQuads ? item / 2 : item / depths, apart = inQuads ? TTile.Size / 2 : TTile.Size / 4;
        rows.K = inQuads ? item % 2 * 4 : item % depths;
        rows.To = inQuads ? 4 * SharedTile.QuadPlace<TTile>(item % 2, line) : StagedElements.Place<TTile>(rows.K, line);
        int row = firstRow + line, at = rows.K * strideK;
        rows.At0 = at + Math.Min(row, last) * stride;
        rows.At1 = at + Math.Min(row + apart, last) * stride;
        rows.At2 = at + Math.Min(row + 2 * apart, last) * stride;
        rows.At3 = at + Math.Min(row + 3 * apart, last) * stride;
        rows.Row0 = GlobalMemory.Place(from, rows.At0);
        rows.Row1 = GlobalMemory.Place(from, rows.At1);
        rows.Row2 = GlobalMemory.Place(from, rows.At2);
        rows.Row3 = GlobalMemory.Place(from, rows.At3);
    }

    /// <summary>
    /// The elements of a step that begins so many elements behind the rows' first ones; any numbers where
    /// <paramref name="bits"/> are negative.
    /// </summary>
    /// <param name="step">Are set.</param>
    /// <param name="rows">The item's own.</param>
    /// <param name="from">What they are rows of.</param>
    /// <param name="first">Where the item's depth is.</param>
    /// <param name="second">Where that half a step further is, and how many elements <paramref name="ahead"/>.</param>
    /// <param name="ahead">A constant.</param>
    /// <param name="bits">Whose sign there must not be.</param>
    public static void Load<TTile>(
        out StagedStep step, ref StagedRows rows, ArrayView<float> from, int first, int second, int ahead, int bits)
        where TTile : struct, ITile
    {
        if (TTile.RowStaging == Staging.Quads)
        {
            step.First = GlobalMemory.ReadFourOrAny(from, rows.Row0, first, bits);
            step.Second = GlobalMemory.ReadFourOrAny(from, rows.Row1, first, bits);
        }
        else
        {
            step.First = Elements<TTile>(ref rows, from, first, 0, bits);
            step.Second = step.First;
            if (StagedElements.Depths<TTile>() < TTile.StepDepth)
                step.Second = Elements<TTile>(ref rows, from, second, ahead, bits);
        }
    }

    /// <summary>Those of the first step of filters, 0 where it skips them. Quads are whole.</summary>
    public static void LoadFirst<TTile>(
        out StagedStep step, ref StagedRows rows, ArrayView<float> from, int start, int skipped)
        where TTile : struct, ITile
    {
        int further = TTile.StepDepth / 2;
        long place = GlobalMemory.Place(from, 0);
        step.First = new(0f, 0f, 0f, 0f);
        step.Second = step.First;
        if (TTile.RowStaging == Staging.Quads)
        {
            if (rows.K >= skipped)
            {
                step.First = GlobalMemory.ReadFour(from, place, rows.At0 + start - skipped);
                step.Second = GlobalMemory.ReadFour(from, place, rows.At1 + start - skipped);
            }
        }
        else
        {
            if (rows.K >= skipped) step.First = ByPlace(ref rows, from, place, start - skipped, 0);
            if (StagedElements.Depths<TTile>() < TTile.StepDepth && rows.K + further >= skipped)
                step.Second = ByPlace(ref rows, from, place, start + further - skipped, 0);
        }
    }

    /// <summary>
    /// Whether an item's registers hold where each row begins: an instruction less for each.
    /// </summary>
    static bool HoldsPlaces<TTile>() where TTile : struct, ITile => TTile.GroupX * TTile.GroupY <= 64;

    static Float4 Elements<TTile>(ref StagedRows rows, ArrayView<float> from, int at, int ahead, int bits)
        where TTile : struct, ITile
    {
        if (!HoldsPlaces<TTile>()) return ByPlace(ref rows, from, GlobalMemory.Place(from, at), ahead, bits);
        return new(
            GlobalMemory.ReadOrAny(from, rows.Row0, at, ahead, bits),
            GlobalMemory.ReadOrAny(from, rows.Row1, at, ahead, bits),
            GlobalMemory.ReadOrAny(from, rows.Row2, at, ahead, bits),
            GlobalMemory.ReadOrAny(from, rows.Row3, at, ahead, bits));
    }

    static Float4 ByPlace(ref StagedRows rows, ArrayView<float> from, long place, int ahead, int bits) => new(
        GlobalMemory.ReadOrAny(from, place, rows.At0, ahead, bits),
        GlobalMemory.ReadOrAny(from, place, rows.At1, ahead, bits),
        GlobalMemory.ReadOrAny(from, place, rows.At2, ahead, bits),
        GlobalMemory.ReadOrAny(from, place, rows.At3, ahead, bits));
}
