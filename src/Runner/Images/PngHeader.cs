using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>The size and the format of a PNG image's samples.</summary>
readonly record struct PngHeader(int Width, int Height, int Depth, PngColour Colour, bool IsInterlaced)
{
    const int Length = 13;

    /// <summary>Samples in a pixel.</summary>
    public int Samples => Colour switch
    {
        PngColour.Grey or PngColour.Palette => 1,
        PngColour.GreyAlpha => 2,
        PngColour.Rgb => 3,
        _ => 4,
    };

    /// <summary>Bytes of a line of so many pixels, the filter's byte not counted.</summary>
    public long LineBytes(int pixels) => ((long)pixels * Samples * Depth + 7) / 8;

    /// <summary>Reads the chunk IHDR.</summary>
    /// <exception cref="ImageFormatException">No image can have this header, or it is too large.</exception>
    public static PngHeader Read(ReadOnlySpan<byte> data)
    {
        if (data.Length != Length) throw new ImageFormatException("the PNG header has a wrong length");
        PngHeader header = new(
            BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]), data[8],
            (PngColour)data[9], data[12] == 1);
        bool isValid = header.Colour switch
        {
            PngColour.Grey => header.Depth is 1 or 2 or 4 or 8 or 16,
            PngColour.Palette => header.Depth is 1 or 2 or 4 or 8,
            PngColour.Rgb or PngColour.GreyAlpha or PngColour.RgbAlpha => header.Depth is 8 or 16,
            _ => false,
        };
        if (!isValid || data[10] != 0 || data[11] != 0 || data[12] > 1)
            throw new ImageFormatException("the PNG header is impossible");
        PixelImage.CheckSize(header.Width, header.Height);
        return header;
    }
}

/// <summary>The colour types of PNG.</summary>
enum PngColour { Grey = 0, Rgb = 2, Palette = 3, GreyAlpha = 4, RgbAlpha = 6 }
