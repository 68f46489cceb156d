using System.Buffers.Binary;
using System.IO.Compression;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Reads PNG images (ISO/IEC 15948) of every colour type, bit depth and interlacing as RGB; transparency is dropped,
/// 16-bit samples lose their lower half. Used where the ImageSharp package is not part of the build.
/// </summary>
public static class PngDecoder
{
    const int Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6;

    /// <summary>The most pixels an image may have: 100 megapixels, so that a lying header cannot ask for all memory.</summary>
    public const long MostPixels = 100_000_000;

    static readonly (int X, int Y, int StepX, int StepY)[] adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether <paramref name="file"/> begins as a PNG file does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Decodes a whole file.</summary>
    /// <exception cref="ImageFormatException">The file is damaged or truncated, or its header is impossible.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file)
    {
        if (!Recognises(file)) throw new ImageFormatException("no PNG signature");
        Header? header = null;
        ReadOnlySpan<byte> palette = default;
        using MemoryStream compressed = new();
        for (int at = Signature.Length; ;)
        {
            if (file.Length - at < 12) throw new ImageFormatException("the PNG file is truncated");
            int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
            if (length < 0 || length > file.Length - at - 12) throw new ImageFormatException("the PNG file is truncated");
            ReadOnlySpan<byte> type = file.Slice(at + 4, 4), data = file.Slice(at + 8, length);
            at += 12 + length;
            if (type.SequenceEqual("IHDR"u8)) header = Header.Read(data);
            else if (type.SequenceEqual("PLTE"u8)) palette = data;
            else if (type.SequenceEqual("IDAT"u8)) compressed.Write(data);
            else if (type.SequenceEqual("IEND"u8)) break;
        }
        if (header is not { } h) throw new ImageFormatException("the PNG file has no header");
        if (h.ColourType == Palette && palette.Length < 3) throw new ImageFormatException("the PNG file has no palette");
        compressed.Position = 0;
        return new PixelImage(h.Width, h.Height, Unpack(h, palette, compressed));
    }

    readonly record struct Header(int Width, int Height, int Depth, int ColourType, bool IsInterlaced)
    {
        public int Samples => ColourType switch { Grey or Palette => 1, GreyAlpha => 2, Rgb => 3, _ => 4 };

        public static Header Read(ReadOnlySpan<byte> data)
        {
            if (data.Length < 13) throw new ImageFormatException("the PNG header is truncated");
            Header header = new(BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]),
                data[8], data[9], data[12] == 1);
            bool valid = header.ColourType switch
            {
                Grey => header.Depth is 1 or 2 or 4 or 8 or 16,
                Palette => header.Depth is 1 or 2 or 4 or 8,
                Rgb or GreyAlpha or RgbAlpha => header.Depth is 8 or 16,
                _ => false,
            };
            if (!valid || header.Width < 1 || header.Height < 1 || data[10] != 0 || data[11] != 0 || data[12] > 1)
                throw new ImageFormatException("the PNG header is impossible");
            if ((long)header.Width * header.Height > MostPixels)
                throw new ImageFormatException($"the PNG header says {header.Width} x {header.Height} pixels, more than {MostPixels:N0}");
            return header;
        }
    }

    static byte[] Unpack(Header h, ReadOnlySpan<byte> palette, Stream compressed)
    {
        byte[] pixels = new byte[h.Width * h.Height * 3];
        using ZLibStream zlib = new(compressed, CompressionMode.Decompress);
        ReadOnlySpan<(int X, int Y, int StepX, int StepY)> passes = h.IsInterlaced ? adam7 : [(0, 0, 1, 1)];
        foreach ((int x0, int y0, int stepX, int stepY) in passes)
        {
            int width = (h.Width - x0 + stepX - 1) / stepX, height = (h.Height - y0 + stepY - 1) / stepY;
            if (width <= 0 || height <= 0) continue;
            int bytesPerPixel = Math.Max(1, h.Samples * h.Depth / 8);
            byte[] line = new byte[(width * h.Samples * h.Depth + 7) / 8], above = new byte[line.Length];
            for (int y = 0; y < height; y++)
            {
                ReadLine(zlib, line, above, bytesPerPixel);
                for (int x = 0; x < width; x++)
                    Colour(h, palette, line, x, pixels.AsSpan(((y0 + y * stepY) * h.Width + x0 + x * stepX) * 3, 3));
                (line, above) = (above, line);
            }
        }
        return pixels;
    }

    static void ReadLine(Stream zlib, byte[] line, byte[] above, int bytesPerPixel)
    {
        int filter;
        try
        {
            filter = zlib.ReadByte();
            zlib.ReadExactly(line);
        }
        catch (Exception exception) when (exception is EndOfStreamException or InvalidDataException)
        {
            throw new ImageFormatException("the PNG data are damaged or truncated", exception);
        }
        for (int i = 0; i < line.Length; i++)
        {
            int left = i >= bytesPerPixel ? line[i - bytesPerPixel] : 0, up = above[i];
            int corner = i >= bytesPerPixel ? above[i - bytesPerPixel] : 0;
            line[i] += (byte)(filter switch
            {
                0 => 0,
                1 => left,
                2 => up,
                3 => (left + up) / 2,
                4 => Paeth(left, up, corner),
                _ => throw new ImageFormatException("the PNG data are damaged: an unknown filter"),
            });
        }
    }

    static int Paeth(int left, int up, int corner)
    {
        int estimate = left + up - corner;
        int toLeft = Math.Abs(estimate - left), toUp = Math.Abs(estimate - up), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    static void Colour(Header h, ReadOnlySpan<byte> palette, byte[] line, int x, Span<byte> rgb)
    {
        if (h.ColourType == Palette)
        {
            int index = Sample(h, line, x);
            if (index * 3 + 3 > palette.Length) throw new ImageFormatException("the PNG data name a colour outside the palette");
            palette.Slice(index * 3, 3).CopyTo(rgb);
        }
        else if (h.ColourType is Grey or GreyAlpha)
            rgb.Fill(Scaled(h, Sample(h, line, x * h.Samples)));
        else
            for (int c = 0; c < 3; c++) rgb[c] = Scaled(h, Sample(h, line, x * h.Samples + c));
    }

    static int Sample(Header h, byte[] line, int index) => h.Depth switch
    {
        8 => line[index],
        16 => line[2 * index],
        _ => line[index * h.Depth / 8] >> (8 - h.Depth - index * h.Depth % 8) & ((1 << h.Depth) - 1),
    };

    static byte Scaled(Header h, int sample) => (byte)(h.Depth < 8 ? sample * 255 / ((1 << h.Depth) - 1) : sample);
}
