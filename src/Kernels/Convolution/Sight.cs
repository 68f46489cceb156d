using ILGPU;
using TripletGpu.Kernels.Gemm;

namespace TripletGpu.Kernels.Convolution;

/// <summary>
/// A pixel's half, or a tap's, of which element a pixel sees through a tap: the one at the sum of both places, unless
/// both have a bit in common, which is padding. A bit is a line of taps or a column of taps; a pixel has those that
/// look out of the image from there, a tap has its own.
/// </summary>
public struct Sight
{
    /// <summary>
    /// Lines, and columns, of taps that have bits. A filter may have more where it meets no padding on that axis.
    /// </summary>
    public const int Most = 14;

    // What every existing tap needs of a pixel, and what no pixel gives: that it exists, and that the tap does not. The
    // latter is the sign, which asks for no instruction of its own: GlobalMemory.ReadOrAny.
    const int Exists = 1 << 28, Never = int.MinValue;

    /// <summary>
    /// Of a pixel the element that it sees through tap 0; of a tap how many elements further it looks.
    /// </summary>
    public int At;

    /// <summary>The lines and columns of taps.</summary>
    public int Bits;

    /// <summary>Whether the bits suffice for a convolution.</summary>
    public static bool Holds(ConvolutionShape d) =>
        (d.R <= Most || d.Top == 0 && d.Bottom == 0) && (d.S <= Most || d.Left == 0 && d.Right == 0);

    /// <summary>
    /// Elements that pixels may lie ahead, and taps look back, so that no pixel's place is below 0: the padding. Those
    /// that a table has are from 0: <see cref="GlobalMemory.ReadUnless"/>.
    /// </summary>
    public static int Padding(ConvolutionShape d) => d.Top * d.W + d.Left;

    /// <summary>A pixel's, at line p and column q of an image.</summary>
    public static void OfPixel(
        out Sight sight, int image, int p, int q, bool exists, int ahead, ConvolutionShape d)
    {
        int line = d.Line(p, 0), column = d.Column(q, 0);
        sight.At = exists ? (image * d.C * d.H + line) * d.W + column + ahead : 0;
        sight.Bits = exists ? Never : -1;
        if (d.R <= Most)
            for (int r = 0; r < d.R; r++)
            {
                int h = line + r * d.DilationH;
                sight.Bits |= h < 0 || h >= d.H ? 1 << r : 0;
            }
        if (d.S <= Most)
            for (int s = 0; s < d.S; s++)
            {
                int w = column + s * d.DilationW;
                sight.Bits |= w < 0 || w >= d.W ? 1 << (Most + s) : 0;
            }
    }

    /// <summary>A tap's, by its number over all channels.</summary>
    public static void OfTap(out Sight sight, int tap, bool exists, int ahead, ConvolutionShape d)
    {
        int rs = tap % (d.R * d.S);
        sight.At = exists ? tap / (d.R * d.S) * d.H * d.W + d.Shift(rs) - ahead : 0;
        sight.Bits = exists ? Exists : Never;
        if (d.R <= Most) sight.Bits |= 1 << rs / d.S;
        if (d.S <= Most) sight.Bits |= 1 << (Most + rs % d.S);
    }

    /// <summary>In the 16 bytes of one shared load, with another number: whole numbers as the bits of floats.</summary>
    public static Float4 Pack(Sight sight, int other) =>
        new(Interop.IntAsFloat(unchecked((uint)sight.At)), Interop.IntAsFloat(unchecked((uint)sight.Bits)),
            Interop.IntAsFloat(unchecked((uint)other)), 0f);

    /// <summary>What <see cref="Pack"/> has packed.</summary>
    public static void Unpack(out Sight sight, Float4 packed)
    {
        sight.At = unchecked((int)Interop.FloatAsInt(packed.X));
        sight.Bits = unchecked((int)Interop.FloatAsInt(packed.Y));
    }

    /// <summary>The other number.</summary>
    public static int Other(Float4 packed) => unchecked((int)Interop.FloatAsInt(packed.Z));
}
