using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// What products through tiles in shared memory have in common. Each operand has two stages of Depth rows there: one is
/// multiplied while the other is filled, so that a step has one barrier and its loads' latency lies behind the
/// multiply-adds. Rows are four floats longer than the tile: 32 lines of one depth and four lines of eight depths then
/// lie in 32 different banks, and a warp stores either way at once.
/// </summary>
public static class SharedTile
{
    /// <summary>The depth of a step along K.</summary>
    public const int Depth = 8;

    /// <summary>
    /// sums += a stage's A B, A [k][row] and B [k][column], in the order of k. Eight calls and no loop: ILGPU unrolls
    /// none.
    /// </summary>
    public static void MultiplyAdd<TTile>(
        ArrayView<Float4> tileA, ArrayView<Float4> tileB, int stage, ref TileSums sums)
        where TTile : struct, ITile
    {
        var a = tileA.SubView(stage * Depth * (TTile.Size / 4 + 1) + Group.IdxY);
        var b = tileB.SubView(stage * Depth * (TTile.Size / 4 + 1) + Group.IdxX);
        MultiplyAddAt<TTile>(a, b, 0, ref sums);
        MultiplyAddAt<TTile>(a, b, 1, ref sums);
        MultiplyAddAt<TTile>(a, b, 2, ref sums);
        MultiplyAddAt<TTile>(a, b, 3, ref sums);
        MultiplyAddAt<TTile>(a, b, 4, ref sums);
        MultiplyAddAt<TTile>(a, b, 5, ref sums);
        MultiplyAddAt<TTile>(a, b, 6, ref sums);
        MultiplyAddAt<TTile>(a, b, 7, ref sums);
    }

    /// <summary>
    /// One k: an item's 8 x 8 sums take four shared loads of 16 bytes for 64 multiply-adds. The items of a warp that
    /// read different places read neighbours.
    /// </summary>
    static void MultiplyAddAt<TTile>(ArrayView<Float4> tileA, ArrayView<Float4> tileB, int k, ref TileSums sums)
        where TTile : struct, ITile
    {
        Float4 a = tileA[k * (TTile.Size / 4 + 1)], b = tileB[k * (TTile.Size / 4 + 1)];
        Quad.MultiplyAdd(a, b, ref sums.First);
        if (TTile.ItemRows > 4)
        {
            Float4 below = tileA[k * (TTile.Size / 4 + 1) + TTile.Size / 8];
            Quad.MultiplyAdd(below, b, ref sums.Below);
            if (TTile.ItemColumns > 4)
            {
                Float4 right = tileB[k * (TTile.Size / 4 + 1) + TTile.Size / 8];
                Quad.MultiplyAdd(a, right, ref sums.Right);
                Quad.MultiplyAdd(below, right, ref sums.Last);
            }
        }
    }

    /// <summary>Puts four elements of a step into a stage of a tile, <paramref name="step"/> floats apart.</summary>
    public static void Put<TTile>(ArrayView<Float4> tile, int stage, int place, int step, Float4 elements)
        where TTile : struct, ITile
    {
        var to = tile.Cast<float>().SubView(stage * Depth * (TTile.Size + 4) + place);
        to[0] = elements.X;
        to[step] = elements.Y;
        to[2 * step] = elements.Z;
        to[3 * step] = elements.W;
    }
}
