using TripletGpu.Backends.Cpu.Simd;
using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Elementwise;

/// <summary>
/// A box of elements that several operands walk with strides of their own (0 where an operand is broadcast). Axes that
/// every operand walks in one stride are merged, so that equal shapes become one row, a bias per channel becomes rows
/// of one map each, and loops run along the longest rows there are.
/// </summary>
sealed class StridedRows
{
    readonly int[] extents;
    readonly int[][] strides;

    /// <param name="box">The extents of the box.</param>
    /// <param name="strides">For each operand its stride along each axis, in elements.</param>
    public StridedRows(Shape box, params int[][] strides)
    {
        Span<int> axes = stackalloc int[Shape.MaxRank];
        int rank = 0;
        List<int> merged = [];
        for (int axis = 0; axis < box.Rank; axis++)
        {
            if (box[axis] == 1) continue;
            int inner = axis;
            bool continues = rank > 0
                && Array.TrueForAll(strides, s => s[merged[^1]] == (long)s[inner] * box[inner]);
            if (continues)
            {
                axes[rank - 1] *= box[axis];
                merged[^1] = axis;
            }
            else
            {
                axes[rank++] = box[axis];
                merged.Add(axis);
            }
        }
        if (rank == 0)
        {
            // One element: a row of length one, whatever the strides.
            extents = [1];
            this.strides = Array.ConvertAll(strides, _ => new[] { 1 });
            return;
        }
        extents = axes[..rank].ToArray();
        this.strides = Array.ConvertAll(strides, s => merged.ConvertAll(axis => s[axis]).ToArray());
    }

    /// <summary>The elements of one row.</summary>
    public int Length => extents[^1];

    /// <summary>An operand's stride within a row.</summary>
    public int Stride(int operand) => strides[operand][^1];

    /// <summary>Rows that follow each other a step apart: those of the last axis but one.</summary>
    public int Together => extents.Length > 1 ? extents[^2] : 1;

    /// <summary>An operand's elements from one of these rows to the next.</summary>
    public int Step(int operand) => extents.Length > 1 ? strides[operand][^2] : 0;

    /// <summary>Where an operand's part of a row starts, in elements.</summary>
    public int Offset(int operand, int row)
    {
        int[] s = strides[operand];
        int offset = 0;
        for (int axis = extents.Length - 2; axis > 0; axis--)
        {
            (row, int index) = Math.DivRem(row, extents[axis]);
            offset += index * s[axis];
        }
        return extents.Length > 1 ? offset + row * s[0] : offset;
    }
}
