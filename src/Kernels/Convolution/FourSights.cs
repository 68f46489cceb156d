using ILGPU;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// The four pixels, or the four taps, a quarter of a tile apart, whose elements an item gathers in every step.
/// </summary>
public struct FourSights
{
    /// <summary>One each.</summary>
    public Sight First, Second, Third, Last;

    /// <summary>What each of four pixels sees through a tap, or a pixel through four taps.</summary>
    public static Float4 Elements(ArrayView<float> x, ref FourSights four, Float4 packed)
    {
        Sight other;
        Sight.Unpack(out other, packed);
        return new(
            Sight.Element(x, other, four.First), Sight.Element(x, other, four.Second),
            Sight.Element(x, other, four.Third), Sight.Element(x, other, four.Last));
    }
}
