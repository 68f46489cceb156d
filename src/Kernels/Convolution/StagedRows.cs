using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// What an item brings to shared memory of the filters, or of the output's gradient, in each step: of four rows, or in
/// quads (<see cref="Staging.Quads"/>) four depths of each of two rows, half a tile apart. Where a row has its element
/// of a depth is looked up in a table of the depth.
/// </summary>
public struct StagedRows
{
    /// <summary>The four rows, where it is not in quads.</summary>
    public StagedElements Elements;

    /// <summary>Where the two rows begin, in quads: <see cref="GlobalMemory.Place"/>.</summary>
    public long Row0, Row1;

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
    /// <param name="start">Where the first row begins.</param>
    /// <param name="firstRow">The group's first row; rows beyond the last repeat it.</param>
    /// <param name="count">All rows, at least one.</param>
    /// <param name="stride">Elements from a row to the next.</param>
    public static void Share<TTile>(
        out StagedRows rows, ArrayView<float> from, int item, int start, int firstRow, int count, int stride)
        where TTile : struct, ITile
    {
        int depths = StagedElements.Depths<TTile>(), row = firstRow + item / 2;
        StagedElements.ShareApart<TTile>(out rows.Elements, item, start - item % depths, firstRow, count, stride, 1);
        rows.K = TTile.RowStaging == Staging.Quads ? item % 2 * 4 : rows.Elements.K;
        rows.To = TTile.RowStaging == Staging.Quads
            ? 4 * SharedTile.QuadPlace<TTile>(item % 2, item / 2) : rows.Elements.To;
        rows.Row0 = GlobalMemory.Place(from, start + Math.Min(row, count - 1) * stride);
        rows.Row1 = GlobalMemory.Place(from, start + Math.Min(row + TTile.Size / 2, count - 1) * stride);
    }

    /// <summary>
    /// A step's elements, at depths that the table has the places of, from the item's first on; beyond the last it is
    /// the first place, which nobody multiplies.
    /// </summary>
    public static void Load<TTile>(
        out StagedStep step, ref StagedRows rows, ArrayView<float> from, ArrayView<Float4> depths)
        where TTile : struct, ITile
    {
        int place = Sight.Other(depths[0]);
        if (TTile.RowStaging == Staging.Quads)
        {
            step.First = GlobalMemory.ReadFour(from, rows.Row0, place);
            step.Second = GlobalMemory.ReadFour(from, rows.Row1, place);
        }
        else
        {
            step.First = StagedElements.Load(ref rows.Elements, from.SubView(place));
            step.Second = step.First;
            if (StagedElements.Depths<TTile>() < TTile.StepDepth)
                step.Second = StagedElements.Load(
                    ref rows.Elements, from.SubView(Sight.Other(depths[TTile.StepDepth / 2])));
        }
    }

    /// <summary>
    /// The same of the first step, of which only <paramref name="count"/> depths exist: 0 beyond. In quads they are
    /// whole.
    /// </summary>
    public static void LoadFirst<TTile>(
        out StagedStep step, ref StagedRows rows, ArrayView<float> from, ArrayView<Float4> depths, int count)
        where TTile : struct, ITile
    {
        if (TTile.RowStaging == Staging.Quads)
        {
            step.First = new(0f, 0f, 0f, 0f);
            step.Second = step.First;
            if (rows.K < count) Load<TTile>(out step, ref rows, from, depths);
        }
        else
        {
            step.First = StagedElements.LoadExisting(
                ref rows.Elements, from, Sight.Other(depths[0]), rows.K < count);
            step.Second = step.First;
            if (StagedElements.Depths<TTile>() < TTile.StepDepth)
                step.Second = StagedElements.LoadExisting(
                    ref rows.Elements, from, Sight.Other(depths[TTile.StepDepth / 2]),
                    rows.K + TTile.StepDepth / 2 < count);
        }
    }
}
