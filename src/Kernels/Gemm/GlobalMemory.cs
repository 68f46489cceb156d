using ILGPU;
using ILGPU.IR.Intrinsics;

namespace TripletGpu.Kernels.Gemm;

/// <summary>
/// Reads of what no item of a kernel writes. An address is a sum of 64 bits, for which CUDA's compiler takes several
/// instructions, and one where it is told which of the numbers is a place, from 0.
/// </summary>
public static class GlobalMemory
{
    /// <summary>from[at].</summary>
    [Native]
    public static float Read(ArrayView<float> from, int at) => from[at];

    /// <summary>
    /// Where from[at] lies, for reads from there on: on CUDA its address, which an item keeps through a loop, elsewhere
    /// at itself. There need not be such an element.
    /// </summary>
    [Native, IntrinsicImplementation]
    public static long Place(ArrayView<float> from, int at) => at;

    /// <summary>The element so many after a place, from 0; 0 where a bit is set.</summary>
    /// <param name="from">The view.</param>
    /// <param name="place">A <see cref="Place"/> in it.</param>
    /// <param name="further">Elements from the place on, from 0.</param>
    /// <param name="bits">What there must be none of.</param>
    [Native, IntrinsicImplementation]
    public static float ReadUnless(ArrayView<float> from, long place, int further, int bits) =>
        bits == 0 ? from[(int)place + further] : 0f;

    /// <summary>Four neighbours in 16 bytes; the first lies at a multiple of four in the view and in memory.</summary>
    /// <inheritdoc cref="ReadUnless"/>
    [Native, IntrinsicImplementation]
    public static Float4 ReadFour(ArrayView<float> from, long place, int further) =>
        from.Cast<Float4>()[((int)place + further) >> 2];

    /// <summary>The same, but any number where <paramref name="bits"/> are negative: nothing sets it to 0.</summary>
    /// <param name="from">The view.</param>
    /// <param name="place">A <see cref="Place"/> in it.</param>
    /// <param name="further">Elements from the place on, from 0.</param>
    /// <param name="ahead">Elements from there on, of either sign; a constant is part of the load.</param>
    /// <param name="bits">Whose sign there must not be.</param>
    [Native, IntrinsicImplementation]
    public static float ReadOrAny(ArrayView<float> from, long place, int further, int ahead, int bits) =>
        bits >= 0 ? from[(int)place + further + ahead] : 0f;

    /// <summary>As <see cref="ReadFour"/>, but any numbers where <paramref name="bits"/> are negative.</summary>
    /// <inheritdoc cref="ReadOrAny"/>
    [Native, IntrinsicImplementation]
    public static Float4 ReadFourOrAny(ArrayView<float> from, long place, int further, int bits)
    {
        Float4 four = new(0f, 0f, 0f, 0f);
        if (bits >= 0) four = from.Cast<Float4>()[((int)place + further) >> 2];
        return four;
    }
}
