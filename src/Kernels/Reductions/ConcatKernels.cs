using ILGPU;

namespace TripletGpu.Kernels.Reductions;

/// <summary>A tensor's place in the rows of a joined one.</summary>
/// <param name="Start">Where its part of a row begins.</param>
/// <param name="Length">Elements of that part; 0 where the tensor is not there.</param>
/// <param name="Adds">Whether its gradient is added to what is there: 0 or 1.</param>
public readonly record struct JoinedPart(int Start, int Length, int Adds);

/// <summary>Four tensors side by side in rows of Width elements; an item takes Each neighbours of one.</summary>
/// <param name="A">The first tensor.</param>
/// <param name="B">The second.</param>
/// <param name="C">The third.</param>
/// <param name="D">The fourth.</param>
/// <param name="Width">Elements of a joined row.</param>
/// <param name="Each">Elements of a block.</param>
/// <param name="ByBlocks">Divides by the blocks of a row.</param>
public readonly record struct JoinDims(
    JoinedPart A, JoinedPart B, JoinedPart C, JoinedPart D, int Width, int Each, Divider ByBlocks)
{
    /// <summary>The tensors with their divisor.</summary>
    public static JoinDims Of(JoinedPart a, JoinedPart b, JoinedPart c, JoinedPart d, int width, int each)
    {
        JoinDims dims = new(a, b, c, d, width, each, default);
        return dims with
        {
            ByBlocks = Divider.By(dims.Blocks(a) + dims.Blocks(b) + dims.Blocks(c) + dims.Blocks(d)),
        };
    }

    /// <summary>Blocks of a tensor's part of a row.</summary>
    public int Blocks(JoinedPart part) => (part.Length + Each - 1) / Each;
}

/// <summary>
/// Tensors one after the other along an axis, and their gradients out of the joined one: a row is what all have of one
/// place along the axes before it. Four tensors a launch, an inception module's branches. Bound by memory.
/// </summary>
public static partial class ConcatKernels
{
    /// <summary>y = a, b, c, d side by side. One item a block of one of them in a row; 8 bytes an element.</summary>
    [Kernel]
    public static void Join(
        Index1D i, ArrayView<float> a, ArrayView<float> b, ArrayView<float> c, ArrayView<float> d, ArrayView<float> y,
        JoinDims dims)
    {
        int row = dims.ByBlocks.Quotient(i), block = dims.ByBlocks.Remainder(i, row);
        Put(a, y, row, block, dims.A, dims);
        block -= dims.Blocks(dims.A);
        Put(b, y, row, block, dims.B, dims);
        block -= dims.Blocks(dims.B);
        Put(c, y, row, block, dims.C, dims);
        block -= dims.Blocks(dims.C);
        Put(d, y, row, block, dims.D, dims);
    }

    /// <summary>a, b, c, d = their parts of y, or added. The same items; 8 to 12 bytes an element.</summary>
    [Kernel]
    public static void Split(
        Index1D i, ArrayView<float> y, [MayAlias] ArrayView<float> a, [MayAlias] ArrayView<float> b,
        [MayAlias] ArrayView<float> c, [MayAlias] ArrayView<float> d, JoinDims dims)
    {
        int row = dims.ByBlocks.Quotient(i), block = dims.ByBlocks.Remainder(i, row);
        Take(y, a, row, block, dims.A, dims);
        block -= dims.Blocks(dims.A);
        Take(y, b, row, block, dims.B, dims);
        block -= dims.Blocks(dims.B);
        Take(y, c, row, block, dims.C, dims);
        block -= dims.Blocks(dims.C);
        Take(y, d, row, block, dims.D, dims);
    }

    /// <summary>Copies a block to the joined row, if the tensor has it.</summary>
    static void Put(ArrayView<float> from, ArrayView<float> y, int row, int block, JoinedPart part, JoinDims dims)
    {
        if (block < 0 || block >= dims.Blocks(part)) return;
        int source = row * part.Length, target = row * dims.Width + part.Start;
        int end = Math.Min((block + 1) * dims.Each, part.Length);
        for (int j = block * dims.Each; j < end; j++)
            y[target + j] = from[source + j];
    }

    /// <summary>Copies a block from the joined row, if the tensor has it.</summary>
    static void Take(ArrayView<float> y, ArrayView<float> to, int row, int block, JoinedPart part, JoinDims dims)
    {
        if (block < 0 || block >= dims.Blocks(part)) return;
        int source = row * dims.Width + part.Start, target = row * part.Length;
        int end = Math.Min((block + 1) * dims.Each, part.Length);
        for (int j = block * dims.Each; j < end; j++)
            to[target + j] = part.Adds != 0 ? to[target + j] + y[source + j] : y[source + j];
    }
}
