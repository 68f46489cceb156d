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

    /// <summary>sums += a stage's A B, A [k][row] and B [k][column].</summary>
    /// <param name="tileA">Both stages of A.</param>
    /// <param name="tileB">Both stages of B.</param>
    /// <param name="fragments"><see cref="ITile.Fragments"/> floats of shared memory.</param>
    /// <param name="stage">0 or 1.</param>
    /// <param name="sums">The item's sums.</param>
    public static void MultiplyAdd<TTile>(
        ArrayView<Float4> tileA, ArrayView<Float4> tileB, ArrayView<float> fragments, int stage, ref TileSums sums)
        where TTile : struct, ITile
    {
        if (TTile.OnTensorCores != 0) TensorTile.MultiplyAdd<TTile>(tileA, tileB, fragments, stage, ref sums);
        else MultiplyAddAlone<TTile>(tileA, tileB, stage, ref sums);
    }

    /// <summary>Where in a stage of A an item's first load begins, in 16 bytes.</summary>
    public static int PlaceA<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorTile.PlaceA<TTile>(item) : item / TTile.GroupX;

    /// <summary>The same in B.</summary>
    public static int PlaceB<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorTile.PlaceB<TTile>(item) : item % TTile.GroupX;

    /// <summary>Each item by itself, in the order of k. Eight calls and no loop: ILGPU unrolls none.</summary>
    static void MultiplyAddAlone<TTile>(
        ArrayView<Float4> tileA, ArrayView<Float4> tileB, int stage, ref TileSums sums)
        where TTile : struct, ITile
    {
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        var a = tileA.SubView(stage * Depth * (TTile.Size / 4 + 1) + PlaceA<TTile>(item));
        var b = tileB.SubView(stage * Depth * (TTile.Size / 4 + 1) + PlaceB<TTile>(item));
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

    /// <summary>
    /// Puts four elements of a step into a stage of a tile, <paramref name="step"/> floats apart, as the tile
    /// multiplies them.
    /// </summary>
    public static void Put<TTile>(ArrayView<Float4> tile, int stage, int place, int step, Float4 elements)
        where TTile : struct, ITile
    {
        var to = tile.Cast<float>().SubView(stage * Depth * (TTile.Size + 4) + place);
        to[0] = Operand<TTile>(elements.X);
        to[step] = Operand<TTile>(elements.Y);
        to[2 * step] = Operand<TTile>(elements.Z);
        to[3 * step] = Operand<TTile>(elements.W);
    }

    static float Operand<TTile>(float x) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorCore.Round(x) : x;
}
