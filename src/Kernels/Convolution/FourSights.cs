using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// The four pixels, or the four taps, a quarter of a tile apart, whose elements an item gathers in every step.
/// </summary>
public struct FourSights
{
    /// <summary>Where each looks in the images: <see cref="GlobalMemory.Place"/>.</summary>
    public long Place0, Place1, Place2, Place3;

    /// <summary>Their lines and columns of taps: <see cref="Sight.Bits"/>.</summary>
    public int Bits0, Bits1, Bits2, Bits3;

    /// <summary>Keeps the halves of four.</summary>
    public static void Of(
        out FourSights four, ArrayView<float> x, Sight first, Sight second, Sight third, Sight last)
    {
        four.Place0 = GlobalMemory.Place(x, first.At);
        four.Place1 = GlobalMemory.Place(x, second.At);
        four.Place2 = GlobalMemory.Place(x, third.At);
        four.Place3 = GlobalMemory.Place(x, last.At);
        four.Bits0 = first.Bits;
        four.Bits1 = second.Bits;
        four.Bits2 = third.Bits;
        four.Bits3 = last.Bits;
    }

    /// <summary>What each of four pixels sees through a tap, or a pixel through four taps.</summary>
    public static Float4 Elements(ArrayView<float> x, ref FourSights four, Float4 packed)
    {
        Sight other;
        Sight.Unpack(out other, packed);
        return new(
            GlobalMemory.ReadUnless(x, four.Place0, other.At, four.Bits0 & other.Bits),
            GlobalMemory.ReadUnless(x, four.Place1, other.At, four.Bits1 & other.Bits),
            GlobalMemory.ReadUnless(x, four.Place2, other.At, four.Bits2 & other.Bits),
            GlobalMemory.ReadUnless(x, four.Place3, other.At, four.Bits3 & other.Bits));
    }
}
