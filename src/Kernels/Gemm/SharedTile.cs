using ILGPU;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// What products through tiles in shared memory have in common. Each operand has two stages of Depth rows there, B
/// behind A: one is multiplied while the other is filled, so that a step has one barrier and its loads' latency lies
/// behind the multiply-adds. A place of 16 bytes holds four lines of an operand at one depth, a quarter of the tile
/// apart: an item loads them from lines that its neighbours' lie beside and stores them at once. What stays the same
/// through a loop is the first part of each address, a view, so that a step adds its stage alone; what is constant is
/// the last, and part of an instruction.
/// </summary>
public static class SharedTile
{
    /// <summary>The depth of a stage, in floats.</summary>
    public const int Depth = 8;

    /// <summary>
    /// Whether a float of shared memory holds two depths of a line in bfloat16, half a step apart
    /// (<see cref="TensorCore.Pair"/>).
    /// </summary>
    public static bool InPairs<TTile>() where TTile : struct, ITile => TTile.StepDepth > Depth;

    /// <summary>
    /// How much of a sum's depth the first step takes, so that all others are whole: their loads ask for nothing then.
    /// </summary>
    public static int FirstDepth<TTile>(int depth) where TTile : struct, ITile =>
        depth == 0 ? 0 : (depth - 1) % TTile.StepDepth + 1;

    /// <summary>sums += a stage's A B, A [k][row] and B [k][column].</summary>
    /// <param name="fromA">The tiles from <see cref="PlaceA"/> on.</param>
    /// <param name="fromB">The tiles from <see cref="PlaceB"/> on.</param>
    /// <param name="fragments"><see cref="ITile.Fragments"/> floats of shared memory.</param>
    /// <param name="start">Where the stage begins in either tile, in 16 bytes: 0, or <see cref="OtherStage"/>.</param>
    /// <param name="sums">The item's sums.</param>
    public static void MultiplyAdd<TTile>(
        ArrayView<Float4> fromA, ArrayView<Float4> fromB, ArrayView<float> fragments, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        if (TTile.OnTensorCores != 0) TensorTile.MultiplyAdd<TTile>(fromA, fromB, fragments, start, ref sums);
        else if (TTile.RowStaging == Staging.Quads) MultiplyAddQuads<TTile>(fromA, fromB, start, ref sums);
        else MultiplyAddAlone<TTile>(fromA, fromB, start, ref sums);
    }

    /// <summary>Where in a stage four depths of a row lie, the first or the second four of a step.</summary>
    public static int QuadPlace<TTile>(int quad, int row) where TTile : struct, ITile =>
        quad * (TTile.Size + 4) + row;

    /// <summary>Where B begins, in 16 bytes.</summary>
    public static int OfB<TTile>() where TTile : struct, ITile => 2 * Depth * TTile.Pitch;

    /// <summary>Where in a stage of A an item's first load begins, in 16 bytes.</summary>
    public static int PlaceA<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorTile.PlaceA<TTile>(item) : item / TTile.GroupX;

    /// <summary>The same in B.</summary>
    public static int PlaceB<TTile>(int item) where TTile : struct, ITile =>
        TTile.OnTensorCores != 0 ? TensorTile.PlaceB<TTile>(item) : item % TTile.GroupX;

    /// <summary>Each item by itself, in the order of k. Eight calls and no loop: ILGPU unrolls none.</summary>
    static void MultiplyAddAlone<TTile>(
        ArrayView<Float4> fromA, ArrayView<Float4> fromB, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        MultiplyAddAt<TTile>(fromA, fromB, start, 0, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 1, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 2, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 3, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 4, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 5, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 6, ref sums);
        MultiplyAddAt<TTile>(fromA, fromB, start, 7, ref sums);
    }

    /// <summary>
    /// One k: an item's 8 x 8 sums take four shared loads of 16 bytes for 64 multiply-adds. The items of a warp that
    /// read different places read neighbours.
    /// </summary>
    static void MultiplyAddAt<TTile>(
        ArrayView<Float4> fromA, ArrayView<Float4> fromB, int start, int k, ref TileSums sums)
        where TTile : struct, ITile
    {
        int at = k * TTile.Pitch;
        Float4 a = StageMemory.Load(fromA, start, at), below = StageMemory.Load(fromA, start, at + TTile.Size / 8);
        MultiplyAddRows<TTile>(a, below, fromB, start, k, ref sums);
    }

    /// <summary>As <see cref="MultiplyAddAlone{TTile}"/>, in the same order, of rows in quads.</summary>
    static void MultiplyAddQuads<TTile>(
        ArrayView<Float4> fromA, ArrayView<Float4> fromB, int start, ref TileSums sums)
        where TTile : struct, ITile
    {
        MultiplyAddQuad<TTile>(fromA, fromB, start, 0, ref sums);
        MultiplyAddQuad<TTile>(fromA, fromB, start, 1, ref sums);
    }

    /// <summary>Four depths: eight loads of the item's rows and two a depth of its columns.</summary>
    static void MultiplyAddQuad<TTile>(
        ArrayView<Float4> fromA, ArrayView<Float4> fromB, int start, int quad, ref TileSums sums)
        where TTile : struct, ITile
    {
        int at = QuadPlace<TTile>(quad, 0), below = at + TTile.Size / 8, k = 4 * quad;
        Float4 a0 = StageMemory.Load(fromA, start, at), a1 = StageMemory.Load(fromA, start, at + TTile.Size / 4);
        Float4 a2 = StageMemory.Load(fromA, start, at + TTile.Size / 2);
        Float4 a3 = StageMemory.Load(fromA, start, at + 3 * TTile.Size / 4);
        Float4 c0 = StageMemory.Load(fromA, start, below), c1 = StageMemory.Load(fromA, start, below + TTile.Size / 4);
        Float4 c2 = StageMemory.Load(fromA, start, below + TTile.Size / 2);
        Float4 c3 = StageMemory.Load(fromA, start, below + 3 * TTile.Size / 4);
        MultiplyAddRows<TTile>(
            new(a0.X, a1.X, a2.X, a3.X), new(c0.X, c1.X, c2.X, c3.X), fromB, start, k, ref sums);
        MultiplyAddRows<TTile>(
            new(a0.Y, a1.Y, a2.Y, a3.Y), new(c0.Y, c1.Y, c2.Y, c3.Y), fromB, start, k + 1, ref sums);
        MultiplyAddRows<TTile>(
            new(a0.Z, a1.Z, a2.Z, a3.Z), new(c0.Z, c1.Z, c2.Z, c3.Z), fromB, start, k + 2, ref sums);
        MultiplyAddRows<TTile>(
            new(a0.W, a1.W, a2.W, a3.W), new(c0.W, c1.W, c2.W, c3.W), fromB, start, k + 3, ref sums);
    }

    /// <summary>One k.</summary>
    static void MultiplyAddRows<TTile>(
        Float4 a, Float4 below, ArrayView<Float4> fromB, int start, int k, ref TileSums sums)
        where TTile : struct, ITile
    {
        int at = OfB<TTile>() + k * TTile.Pitch;
        Float4 b = StageMemory.Load(fromB, start, at), right = StageMemory.Load(fromB, start, at + TTile.Size / 8);
        Quad.MultiplyAdd(a, b, ref sums.First);
        Quad.MultiplyAdd(below, b, ref sums.Below);
        Quad.MultiplyAdd(a, right, ref sums.Right);
        Quad.MultiplyAdd(below, right, ref sums.Last);
    }

    /// <summary>
    /// Puts an item's elements of A into a stage, as it multiplies them: four to a place of 16 bytes, or for tensor
    /// cores as floats, or pairs, a quarter of the lines apart.
    /// </summary>
    /// <param name="to">The tiles from the item's place on: <see cref="StagedElements.To"/>.</param>
    /// <param name="start">Where the stage begins, in 16 bytes.</param>
    /// <param name="step">The elements.</param>
    public static void PutRows<TTile>(ArrayView<float> to, int start, StagedStep step) where TTile : struct, ITile
    {
        Put<TTile>(to, TTile.RowStaging, start, 0, step);
    }

    /// <summary>The same of B.</summary>
    /// <inheritdoc cref="PutRows"/>
    public static void PutColumns<TTile>(ArrayView<float> to, int start, StagedStep step) where TTile : struct, ITile
    {
        Put<TTile>(to, TTile.ColumnStaging, start, OfB<TTile>(), step);
    }

    /// <summary>Where the stage begins that is not at <paramref name="start"/>.</summary>
    public static int OtherStage<TTile>(int start) where TTile : struct, ITile =>
        StageMemory.Other(start, Depth * TTile.Pitch);

    static void Put<TTile>(ArrayView<float> to, int staging, int start, int operand, StagedStep step)
        where TTile : struct, ITile
    {
        int further = staging == Staging.Quads ? TTile.Size / 2 : Depth / 2 * TTile.Pitch;
        if (InPairs<TTile>()) PutPairs<TTile>(to, start, operand, step);
        else if (TTile.OnTensorCores != 0) PutRounded<TTile>(to, start, operand, step.First);
        else if (staging == Staging.Turned)
        {
            PutTurned<TTile>(to, start, operand, step.First);
            if (StagedElements.Depths<TTile>() < Depth)
                PutTurned<TTile>(to, start, operand + TTile.Size / 8, step.Second);
        }
        else
        {
            StageMemory.Store(to, start, operand, step.First);
            if (StagedElements.Depths<TTile>() < Depth)
                StageMemory.Store(to, start, operand + further, step.Second);
        }
    }

    static void PutTurned<TTile>(ArrayView<float> to, int start, int at, Float4 elements) where TTile : struct, ITile
    {
        StageMemory.StoreOne(to, start, at, 0, elements.X);
        StageMemory.StoreOne(to, start, at + TTile.Pitch, 0, elements.Y);
        StageMemory.StoreOne(to, start, at + 2 * TTile.Pitch, 0, elements.Z);
        StageMemory.StoreOne(to, start, at + 3 * TTile.Pitch, 0, elements.W);
    }

    static void PutRounded<TTile>(ArrayView<float> to, int start, int operand, Float4 elements)
        where TTile : struct, ITile
    {
        StageMemory.StoreOne(to, start, operand, 0, TensorCore.Round(elements.X));
        StageMemory.StoreOne(to, start, operand, TTile.Size / 4, TensorCore.Round(elements.Y));
        StageMemory.StoreOne(to, start, operand, TTile.Size / 2, TensorCore.Round(elements.Z));
        StageMemory.StoreOne(to, start, operand, 3 * TTile.Size / 4, TensorCore.Round(elements.W));
    }

    static void PutPairs<TTile>(ArrayView<float> to, int start, int operand, StagedStep step)
        where TTile : struct, ITile
    {
        Float4 first = step.First, second = step.Second;
        StageMemory.StoreOne(to, start, operand, 0, TensorCore.Pair(first.X, second.X));
        StageMemory.StoreOne(to, start, operand, TTile.Size / 4, TensorCore.Pair(first.Y, second.Y));
        StageMemory.StoreOne(to, start, operand, TTile.Size / 2, TensorCore.Pair(first.Z, second.Z));
        StageMemory.StoreOne(to, start, operand, 3 * TTile.Size / 4, TensorCore.Pair(first.W, second.W));
    }
}
