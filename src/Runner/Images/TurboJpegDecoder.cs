using TripletGpu.Models;

namespace TripletGpu.Runner.Images;

/// <summary>Decodes 8-bit JPEG files by libturbojpeg, where a run asks for it.</summary>
static unsafe class TurboJpegDecoder
{
    // Of these libjpeg warns although every pixel is there: bytes between segments that some cameras write, a version
    // of the container or of Adobe's note that it does not know.
    static readonly string[] harmless =
        ["extraneous bytes", "unknown JFIF revision", "Unknown Adobe color transform"];

    /// <summary>The pixels as they are stored, not turned.</summary>
    /// <exception cref="ImageFormatException">The file is damaged or too large.</exception>
    /// <exception cref="UserErrorException">The library is missing; the message names the package.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file)
    {
        if (TurboJpeg.Unavailable is { } reason) throw new UserErrorException(reason);
        nint decoder = TurboJpeg.InitDecompress();
        try
        {
            fixed (byte* data = file)
            {
                int failed = TurboJpeg.DecompressHeader(
                    decoder, data, (nuint)file.Length, out int width, out int height, out _,
                    out TurboJpeg.Colours colours);
                if (failed != 0 && !IsHarmless(decoder)) throw Damaged(decoder);
                PixelImage.CheckSize(width, height, file.Length);
                bool isPrinted = colours is TurboJpeg.Colours.Cmyk or TurboJpeg.Colours.Ycck;
                TurboJpeg.Format format = isPrinted ? TurboJpeg.Format.Cmyk : TurboJpeg.Format.Rgb;
                PixelImage image = ImageSharpDecoder.Allocate(width, height);
                Span<byte> samples = isPrinted ? new byte[width * height * 4] : image.Pixels;
                fixed (byte* to = samples)
                    failed = TurboJpeg.Decompress(decoder, data, (nuint)file.Length, to, width, 0, height, format, 0);
                if (failed != 0 && !IsHarmless(decoder))
                {
                    image.Dispose();
                    throw Damaged(decoder);
                }
                if (isPrinted) CopyInks(samples, image.Pixels);
                return image;
            }
        }
        finally
        {
            TurboJpeg.Destroy(decoder);
        }
    }

    /// <summary>RGB of inks as Adobe's programs store them: inverted, 255 is no ink.</summary>
    static void CopyInks(ReadOnlySpan<byte> cmyk, Span<byte> rgb)
    {
        for (int from = 0, to = 0; from < cmyk.Length; from += 4, to += 3)
            for (int c = 0; c < 3; c++) rgb[to + c] = (byte)((cmyk[from + c] * cmyk[from + 3] + 127) / 255);
    }

    static bool IsHarmless(nint decoder) => TurboJpeg.ErrorCode(decoder) == TurboJpeg.Warning
        && harmless.Any(TurboJpeg.Message(decoder).Contains);

    static ImageFormatException Damaged(nint decoder) => new($"damaged JPEG: {TurboJpeg.Message(decoder)}");
}
