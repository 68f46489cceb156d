namespace TripletGpu.Runner.Images;

/// <summary>
/// Reads JPEG images through libturbojpeg, found at run time. Used where the ImageSharp package is not
/// part of the build.
/// </summary>
public static unsafe class JpegDecoder
{
    /// <summary>Whether <paramref name="file"/> begins as a JPEG file does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]);

    /// <summary>Decodes a whole file and turns it upright by its EXIF orientation.</summary>
    /// <exception cref="ImageFormatException">The file is damaged, truncated or too large.</exception>
    /// <exception cref="UserErrorException">The library is missing; the message names the package.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file)
    {
        if (TurboJpeg.Unavailable is { } reason) throw new UserErrorException(reason);
        nint decoder = TurboJpeg.InitDecompress();
        try
        {
            fixed (byte* data = file)
            {
                if (TurboJpeg.DecompressHeader(
                    decoder, data, (nuint)file.Length, out int width, out int height, out _,
                    out TurboJpeg.Colours colours) != 0)
                    throw Damaged(decoder);
                PixelImage.CheckSize(width, height);
                bool isPrinted = colours is TurboJpeg.Colours.Cmyk or TurboJpeg.Colours.Ycck;
                byte[] pixels = new byte[width * height * (isPrinted ? 4 : 3)];
                fixed (byte* to = pixels)
                {
                    TurboJpeg.Format format = isPrinted ? TurboJpeg.Format.Cmyk : TurboJpeg.Format.Rgb;
                    int failed = TurboJpeg.Decompress(
                        decoder, data, (nuint)file.Length, to, width, 0, height, format, 0);
                    if (failed != 0 && !IsHarmless(decoder)) throw Damaged(decoder);
                }
                PixelImage image = new(width, height, isPrinted ? FromInks(pixels) : pixels);
                return image.Oriented(ExifOrientation.Read(file));
            }
        }
        finally
        {
            TurboJpeg.Destroy(decoder);
        }
    }

    /// <summary>RGB of inks as Adobe's programs store them: inverted, 255 is no ink.</summary>
    static byte[] FromInks(byte[] cmyk)
    {
        byte[] rgb = new byte[cmyk.Length / 4 * 3];
        for (int from = 0, to = 0; from < cmyk.Length; from += 4, to += 3)
            for (int c = 0; c < 3; c++) rgb[to + c] = (byte)((cmyk[from + c] * cmyk[from + 3] + 127) / 255);
        return rgb;
    }

    /// <summary>Bytes between segments that some cameras write; every pixel is there nevertheless.</summary>
    static bool IsHarmless(nint decoder) => TurboJpeg.ErrorCode(decoder) == TurboJpeg.Warning
        && TurboJpeg.Message(decoder).Contains("extraneous bytes", StringComparison.Ordinal);

    static ImageFormatException Damaged(nint decoder) => new($"damaged JPEG: {TurboJpeg.Message(decoder)}");
}
