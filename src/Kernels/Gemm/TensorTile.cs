using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// A step of a tile on tensor cores. A warp has 32 rows and half of the tile's columns. Which row and column of C a
/// fragment's row and column stand for, and which of a step's depths its k stands for, is free as long as all agree;
/// here it is chosen so that an item finds its elements of several fragments side by side and loads 16 bytes at a time,
/// the eight lanes of a quarter of a warp from eight different bank groups, and so that its sums end up four in a row.
/// With g = lane / 4 and t = lane % 4:
/// <list type="bullet">
/// <item>depths: k = t is 2 t, k = t + 4 is 2 t + 1; in bfloat16 a pair of depths each,</item>
/// <item>rows: g of fragment i is 4 g + 2 i, g + 8 is 4 g + 2 i + 1,</item>
/// <item>columns: n of fragment j is 4 n + j, from fragment 4 on 32 + 4 n + j - 4.</item>
/// </list>
/// </summary>
public static class TensorTile
{
    /// <summary>The first row of the item's warp.</summary>
    public static int Row(int item) => item / 64 * 32;

    /// <summary>The first column of the item's warp.</summary>
    public static int Column<TTile>(int item) where TTile : struct, ITile => item / 32 % 2 * (TTile.Size / 2);

    /// <summary>Where in a stage of A an item's rows of depth 2 t begin, in 16 bytes.</summary>
    public static int PlaceA<TTile>(int item) where TTile : struct, ITile =>
        item % 4 * 2 * TTile.Pitch + Row(item) / 4 + item % 32 / 4;

    /// <summary>Where in a stage of B its columns do.</summary>
    public static int PlaceB<TTile>(int item) where TTile : struct, ITile =>
        item % 4 * 2 * TTile.Pitch + Column<TTile>(item) / 4 + item % 32 / 4;

    /// <summary>sums += a stage's A B; fragment (i, j) in row j % 4 of a quad: see <see cref="Arrange"/>.</summary>
    public static void MultiplyAdd<TTile>(
        ArrayView<Float4> fromA, ArrayView<Float4> fromB, ArrayView<float> fragments, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        int at = SharedTile.OfB<TTile>(), further = at + TTile.Pitch;
        Float4 a0 = StageMemory.Load(fromA, start, 0), a1 = StageMemory.Load(fromA, start, TTile.Pitch);
        Float4 b0 = StageMemory.Load(fromB, start, at), b1 = StageMemory.Load(fromB, start, further);
        Float4 upper = new(a0.X, a0.Y, a1.X, a1.Y), lower = new(a0.Z, a0.W, a1.Z, a1.W);
        MultiplyAdd<TTile>(fragments, ref sums.First, upper, b0, b1);
        MultiplyAdd<TTile>(fragments, ref sums.Below, lower, b0, b1);
        if (TTile.ItemColumns > 4)
        {
            Float4 right0 = StageMemory.Load(fromB, start, at + 8);
            Float4 right1 = StageMemory.Load(fromB, start, further + 8);
            MultiplyAdd<TTile>(fragments, ref sums.Right, upper, right0, right1);
            MultiplyAdd<TTile>(fragments, ref sums.Last, lower, right0, right1);
        }
    }

    /// <summary>Four fragments of the same rows.</summary>
    static void MultiplyAdd<TTile>(ArrayView<float> fragments, ref Quad sums, Float4 a, Float4 b0, Float4 b1)
        where TTile : struct, ITile
    {
        if (SharedTile.InPairs<TTile>())
        {
            sums.Row0 = TensorCore.MultiplyAddPairs(fragments, a, b0.X, b1.X, sums.Row0);
            sums.Row1 = TensorCore.MultiplyAddPairs(fragments, a, b0.Y, b1.Y, sums.Row1);
            sums.Row2 = TensorCore.MultiplyAddPairs(fragments, a, b0.Z, b1.Z, sums.Row2);
            sums.Row3 = TensorCore.MultiplyAddPairs(fragments, a, b0.W, b1.W, sums.Row3);
        }
        else
        {
            sums.Row0 = TensorCore.MultiplyAdd(fragments, a, b0.X, b1.X, sums.Row0);
            sums.Row1 = TensorCore.MultiplyAdd(fragments, a, b0.Y, b1.Y, sums.Row1);
            sums.Row2 = TensorCore.MultiplyAdd(fragments, a, b0.Z, b1.Z, sums.Row2);
            sums.Row3 = TensorCore.MultiplyAdd(fragments, a, b0.W, b1.W, sums.Row3);
        }
    }

    /// <summary>
    /// Fragments of two quads to rows of C: <paramref name="first"/> gets columns 8 t to 8 t + 3 of rows 4 g to 4 g +
    /// 3,
    /// <paramref name="below"/> the four columns to the right of these.
    /// </summary>
    public static void Arrange(ref Quad first, ref Quad below)
    {
        Quad upper = first, lower = below;
        first.Row0 = new(upper.Row0.X, upper.Row1.X, upper.Row2.X, upper.Row3.X);
        first.Row1 = new(upper.Row0.Z, upper.Row1.Z, upper.Row2.Z, upper.Row3.Z);
        first.Row2 = new(lower.Row0.X, lower.Row1.X, lower.Row2.X, lower.Row3.X);
        first.Row3 = new(lower.Row0.Z, lower.Row1.Z, lower.Row2.Z, lower.Row3.Z);
        below.Row0 = new(upper.Row0.Y, upper.Row1.Y, upper.Row2.Y, upper.Row3.Y);
        below.Row1 = new(upper.Row0.W, upper.Row1.W, upper.Row2.W, upper.Row3.W);
        below.Row2 = new(lower.Row0.Y, lower.Row1.Y, lower.Row2.Y, lower.Row3.Y);
        below.Row3 = new(lower.Row0.W, lower.Row1.W, lower.Row2.W, lower.Row3.W);
    }
}
