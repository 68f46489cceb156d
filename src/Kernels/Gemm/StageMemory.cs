using ILGPU;
using ILGPU.IR.Intrinsics;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// The two stages of a tile in shared memory, from an item's place on: a view that stays the same through a loop. An
/// index is added to it and multiplied by 16, for each view in each step, while what is told in bytes is left to the
/// loads and stores themselves; so on CUDA the start of a stage is in bytes, elsewhere in 16 bytes.
/// </summary>
public static class StageMemory
{
    /// <summary>Where begins what lies so many places of 16 bytes further in a ring.</summary>
    /// <param name="start">Where the one begins.</param>
    /// <param name="places">How many; the first one is at 0.</param>
    /// <param name="length">Of the ring, a power of two.</param>
    [Native, IntrinsicImplementation]
    public static int Next(int start, int places, int length) => (start + places) & (length - 1);

    /// <summary>Where the stage begins that does not at <paramref name="start"/>; the first one at 0.</summary>
    /// <param name="start">Where the one begins.</param>
    /// <param name="length">Of a stage, in 16 bytes.</param>
    [Native, IntrinsicImplementation]
    public static int Other(int start, int length) => length - start;

    /// <summary>Four floats of a stage.</summary>
    /// <param name="from">Both stages, from the item's place on.</param>
    /// <param name="start">Where the stage begins.</param>
    /// <param name="at">Their place in it, in 16 bytes.</param>
    [Native, IntrinsicImplementation]
    public static Float4 Load(ArrayView<Float4> from, int start, int at) => from.SubView(start)[at];

    /// <summary>Stores four.</summary>
    /// <inheritdoc cref="Load"/>
    [Native, IntrinsicImplementation]
    public static void Store(ArrayView<float> to, int start, int at, Float4 elements)
    {
        var stage = to.Cast<Float4>().SubView(start);
        stage[at] = elements;
    }

    /// <summary>Stores one, <paramref name="further"/> floats after a place.</summary>
    /// <inheritdoc cref="Load"/>
    [Native, IntrinsicImplementation]
    public static void StoreOne(ArrayView<float> to, int start, int at, int further, float element)
    {
        var stage = to.SubView(4 * start);
        stage[4 * at + further] = element;
    }
}
