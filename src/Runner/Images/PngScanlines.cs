using System.IO.Compression;

namespace TripletGpu.Runner.Images;

/// <summary>Inflates a PNG image's lines, undoes their filters and turns their samples into RGB.</summary>
ref struct PngScanlines
{
    // No deflate stream is smaller than its contents by more than this.
    const int MostCompression = 1032;

    /// <summary>Where the pixels of a pass lie; Adam7 has seven of them, an image that is not interlaced one.</summary>
    readonly record struct Pass(int X, int Y, int StepX, int StepY);

    static readonly Pass[] adam7 =
        [
            new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2),
            new(0, 1, 1, 2),
        ];

    readonly PngHeader header;
    readonly ReadOnlySpan<byte> palette;
    readonly byte[] pixels;

    PngScanlines(PngHeader header, ReadOnlySpan<byte> palette)
    {
        this.header = header;
        this.palette = palette;
        pixels = new byte[header.Width * header.Height * 3];
    }

    /// <summary>The image in a zlib stream.</summary>
    /// <exception cref="ImageFormatException">The stream is damaged or too short.</exception>
    public static PixelImage Read(PngHeader header, ReadOnlySpan<byte> palette, MemoryStream compressed)
    {
        if (compressed.Length * MostCompression < header.LineBytes(header.Width) * header.Height)
            throw new ImageFormatException("the PNG file is truncated");
        using ZLibStream zlib = new(compressed, CompressionMode.Decompress);
        PngScanlines lines = new(header, palette);
        foreach (Pass pass in header.IsInterlaced ? adam7 : [new Pass(0, 0, 1, 1)]) lines.Read(pass, zlib);
        return new PixelImage(header.Width, header.Height, lines.pixels);
    }

    readonly void Read(Pass pass, ZLibStream zlib)
    {
        int width = (header.Width - pass.X + pass.StepX - 1) / pass.StepX;
        int height = (header.Height - pass.Y + pass.StepY - 1) / pass.StepY;
        if (width <= 0 || height <= 0) return;
        int pixelBytes = Math.Max(1, header.Samples * header.Depth / 8);
        byte[] line = new byte[header.LineBytes(width)], above = new byte[line.Length];
        for (int y = 0; y < height; y++)
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
            Unfilter(filter, line, above, pixelBytes);
            int to = ((pass.Y + y * pass.StepY) * header.Width + pass.X) * 3;
            for (int x = 0; x < width; x++, to += 3 * pass.StepX) Colour(line, x, pixels.AsSpan(to, 3));
            (line, above) = (above, line);
        }
    }

    static void Unfilter(int filter, Span<byte> line, ReadOnlySpan<byte> above, int pixelBytes)
    {
        switch (filter)
        {
            case 0:
                break;
            case 1:
                for (int i = pixelBytes; i < line.Length; i++) line[i] += line[i - pixelBytes];
                break;
            case 2:
                for (int i = 0; i < line.Length; i++) line[i] += above[i];
                break;
            case 3:
                for (int i = 0; i < line.Length; i++)
                    line[i] += (byte)(((i < pixelBytes ? 0 : line[i - pixelBytes]) + above[i]) / 2);
                break;
            case 4:
                for (int i = 0; i < line.Length; i++)
                    line[i] += i < pixelBytes ? above[i] : Paeth(line[i - pixelBytes], above[i], above[i - pixelBytes]);
                break;
            default:
                throw new ImageFormatException($"the PNG data are damaged: there is no filter {filter}");
        }
    }

    /// <summary>Whichever of the three neighbours is nearest to left + up - corner.</summary>
    static byte Paeth(byte left, byte up, byte corner)
    {
        int estimate = left + up - corner;
        int toLeft = Math.Abs(estimate - left), toUp = Math.Abs(estimate - up), toCorner = Math.Abs(estimate - corner);
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }

    readonly void Colour(ReadOnlySpan<byte> line, int x, Span<byte> rgb)
    {
        switch (header.Colour)
        {
            case PngColour.Palette:
                int index = Sample(line, x);
                if (index * 3 + 3 > palette.Length)
                    throw new ImageFormatException("the PNG data name a colour outside the palette");
                palette.Slice(index * 3, 3).CopyTo(rgb);
                break;
            case PngColour.Grey or PngColour.GreyAlpha:
                int most = header.Depth < 8 ? (1 << header.Depth) - 1 : 255;
                rgb.Fill((byte)(Sample(line, x * header.Samples) * 255 / most));
                break;
            default:
                int step = header.Depth / 8, at = x * header.Samples * step;
                (rgb[0], rgb[1], rgb[2]) = (line[at], line[at + step], line[at + 2 * step]);
                break;
        }
    }

    /// <summary>A sample, the upper half of one with 16 bits.</summary>
    readonly int Sample(ReadOnlySpan<byte> line, int index) => header.Depth switch
    {
        8 => line[index],
        16 => line[2 * index],
        _ =>
            line[index * header.Depth / 8] >> (8 - header.Depth - index * header.Depth % 8) & ((1 << header.Depth) - 1),
    };
}
