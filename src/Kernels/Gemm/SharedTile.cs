using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// What products through tiles in shared memory have in common. Each operand has two stages of Depth rows there: one is
/// multiplied while the other is filled, so that a step has one barrier and its loads' latency lies behind the
/// multiply-adds. A place of 16 bytes holds four lines of an operand at one depth, a quarter of the tile apart: an item
/// loads them from lines that its neighbours' lie beside and stores them at once.
/// </summary>
public static class SharedTile
{
    /// <summary>The depth of a step along K.</summary>
    public const int Depth = 8;

    /// <summary>
    /// How much of a sum's depth the first step takes, so that all others are whole: their loads ask for nothing then.
    /// </summary>
    public static int FirstDepth(int depth) => depth == 0 ? 0 : (depth - 1) % Depth + 1;

    /// <summary>sums += a stage's A B, A [k][row] and B [k][column].</summary>
    /// <param name="tileA">Both stages of A.</param>
    /// <param name="tileB">Both stages of B.</param>
    /// <param name="fragments"><see cref="ITile.Fragments"/> floats of shared memory.</param>
    /// <param name="start">Where the stage begins in either tile, in 16 bytes: 0, or <see cref="OtherStage"/>.</param>
    /// <param name="sums">The item's sums.</param>
    public static void MultiplyAdd<TTile>(
        ArrayView<Float4> tileA, ArrayView<Float4> tileB, ArrayView<float> fragments, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        if (TTile.OnTensorCores != 0) TensorTile.MultiplyAdd<TTile>(tileA, tileB, fragments, start, ref sums);
        else MultiplyAddAlone<TTile>(tileA, tileB, start, ref sums);
    }

    /// <summary>Where in a stage of A an item's first load begins, in 16 bytes.</summary>
    public static int PlaceA<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorTile.PlaceA<TTile>(item) : item / TTile.GroupX;

    /// <summary>The same in B.</summary>
    public static int PlaceB<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorTile.PlaceB<TTile>(item) : item % TTile.GroupX;

    /// <summary>Each item by itself, in the order of k. Eight calls and no loop: ILGPU unrolls none.</summary>
    static void MultiplyAddAlone<TTile>(
        ArrayView<Float4> tileA, ArrayView<Float4> tileB, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        var a = tileA.SubView(start + PlaceA<TTile>(item));
        var b = tileB.SubView(start + PlaceB<TTile>(item));
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
        Float4 a = tileA[k * TTile.Pitch], below = tileA[k * TTile.Pitch + TTile.Size / 8];
        Float4 b = tileB[k * TTile.Pitch], right = tileB[k * TTile.Pitch + TTile.Size / 8];
        Quad.MultiplyAdd(a, b, ref sums.First);
        Quad.MultiplyAdd(below, b, ref sums.Below);
        Quad.MultiplyAdd(a, right, ref sums.Right);
        Quad.MultiplyAdd(below, right, ref sums.Last);
    }

    /// <summary>
    /// Puts an item's elements into a stage of a tile, as it multiplies them: four to a place of 16 bytes, or for
    /// tensor cores as floats a quarter of the lines apart.
    /// </summary>
    public static void Put<TTile>(ArrayView<Float4> tile, int start, int place, StagedStep step)
        where TTile : struct, ITile
    {
        if (TTile.OnTensorCores != 0) PutRounded(tile, start * 4 + place, TTile.Size / 4, step.First);
        else
        {
            tile[start + place] = step.First;
            if (StagedElements.Depths<TTile>() < Depth) tile[start + place + Depth / 2 * TTile.Pitch] = step.Second;
        }
    }

    /// <summary>Where the stage begins that is not at <paramref name="start"/>.</summary>
    public static int OtherStage<TTile>(int start) where TTile : struct, ITile => Depth * TTile.Pitch - start;

    static void PutRounded(ArrayView<Float4> tile, int at, int step, Float4 elements)
    {
        var to = tile.Cast<float>().SubView(at);
        to[0] = TensorCore.Round(elements.X);
        to[step] = TensorCore.Round(elements.Y);
        to[2 * step] = TensorCore.Round(elements.Z);
        to[3 * step] = TensorCore.Round(elements.W);
    }
}
