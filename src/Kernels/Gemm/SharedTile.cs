using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// What products through tiles in shared memory have in common. Each operand has two stages of Depth rows there: one is
/// multiplied while the other is filled, so that a step has one barrier and its loads' latency lies behind the
/// multiply-adds. A place of 16 bytes holds four lines of an operand at one depth, a quarter of the tile apart: an item
/// loads them from lines that its neighbours' lie beside and stores them at once. What stays the same through a loop
/// is the first part of each address, so that a step adds its stage alone.
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
        else if (TTile.InQuads != 0) MultiplyAddQuads<TTile>(tileA, tileB, start, ref sums);
        else MultiplyAddAlone<TTile>(tileA, tileB, start, ref sums);
    }

    /// <summary>Where in a stage four depths of a row lie, the first or the second four of a step.</summary>
    public static int QuadPlace<TTile>(int quad, int row) where TTile : struct, ITile =>
        quad * (TTile.Size + 4) + row;

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
        var a = tileA.SubView(PlaceA<TTile>(item)).SubView(start);
        var b = tileB.SubView(PlaceB<TTile>(item)).SubView(start);
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
        MultiplyAddRows<TTile>(a, below, tileB, k, ref sums);
    }

    /// <summary>As <see cref="MultiplyAddAlone{TTile}"/>, in the same order, of rows in quads.</summary>
    static void MultiplyAddQuads<TTile>(
        ArrayView<Float4> tileA, ArrayView<Float4> tileB, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        int item = Group.IdxY * TTile.GroupX + Group.IdxX;
        var a = tileA.SubView(PlaceA<TTile>(item)).SubView(start);
        var b = tileB.SubView(PlaceB<TTile>(item)).SubView(start);
        MultiplyAddQuad<TTile>(a, b, 0, ref sums);
        MultiplyAddQuad<TTile>(a, b, 1, ref sums);
    }

    /// <summary>Four depths: eight loads of the item's rows and two a depth of its columns.</summary>
    static void MultiplyAddQuad<TTile>(ArrayView<Float4> a, ArrayView<Float4> b, int quad, ref TileSums sums)
        where TTile : struct, ITile
    {
        int at = QuadPlace<TTile>(quad, 0), k = 4 * quad;
        Float4 a0 = a[at], a1 = a[at + TTile.Size / 4], a2 = a[at + TTile.Size / 2], a3 = a[at + 3 * TTile.Size / 4];
        at += TTile.Size / 8;
        Float4 c0 = a[at], c1 = a[at + TTile.Size / 4], c2 = a[at + TTile.Size / 2], c3 = a[at + 3 * TTile.Size / 4];
        MultiplyAddRows<TTile>(new(a0.X, a1.X, a2.X, a3.X), new(c0.X, c1.X, c2.X, c3.X), b, k, ref sums);
        MultiplyAddRows<TTile>(new(a0.Y, a1.Y, a2.Y, a3.Y), new(c0.Y, c1.Y, c2.Y, c3.Y), b, k + 1, ref sums);
        MultiplyAddRows<TTile>(new(a0.Z, a1.Z, a2.Z, a3.Z), new(c0.Z, c1.Z, c2.Z, c3.Z), b, k + 2, ref sums);
        MultiplyAddRows<TTile>(new(a0.W, a1.W, a2.W, a3.W), new(c0.W, c1.W, c2.W, c3.W), b, k + 3, ref sums);
    }

    /// <summary>One k.</summary>
    static void MultiplyAddRows<TTile>(Float4 a, Float4 below, ArrayView<Float4> tileB, int k, ref TileSums sums)
        where TTile : struct, ITile
    {
        Float4 b = tileB[k * TTile.Pitch], right = tileB[k * TTile.Pitch + TTile.Size / 8];
        Quad.MultiplyAdd(a, b, ref sums.First);
        Quad.MultiplyAdd(below, b, ref sums.Below);
        Quad.MultiplyAdd(a, right, ref sums.Right);
        Quad.MultiplyAdd(below, right, ref sums.Last);
    }

    /// <summary>
    /// <see cref="Put{TTile}"/> of the operand whose rows may be in quads, two of them half a tile apart.
    /// </summary>
    public static void PutRows<TTile>(ArrayView<Float4> tile, int start, int place, StagedStep step)
        where TTile : struct, ITile
    {
        if (TTile.InQuads != 0)
        {
            var to = tile.SubView(place).SubView(start);
            to[0] = step.First;
            to[TTile.Size / 2] = step.Second;
        }
        else Put<TTile>(tile, start, place, step);
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
            var to = tile.SubView(place).SubView(start);
            to[0] = step.First;
            if (StagedElements.Depths<TTile>() < Depth) to[Depth / 2 * TTile.Pitch] = step.Second;
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
