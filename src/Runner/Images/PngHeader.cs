using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>What the first chunk of a PNG file says.</summary>
readonly record struct PngHeader
{
    /// <summary>The bytes of the chunk.</summary>
    public const int Length = 13;

    // The pixels of each pass of an interlaced image.
    static readonly (int X, int Y, int StepX, int StepY)[] adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    readonly int samples;

    /// <param name="chunk">The chunk's <see cref="Length"/> bytes.</param>
    /// <exception cref="ImageFormatException">No image has so many bits.</exception>
    public PngHeader(ReadOnlySpan<byte> chunk)
    {
        (Width, Height) = (BinaryPrimitives.ReadInt32BigEndian(chunk), BinaryPrimitives.ReadInt32BigEndian(chunk[4..]));
        (Bits, IsInterlaced) = (chunk[8], chunk[12] != 0);
        if (Bits is not (1 or 2 or 4 or 8 or 16))
            throw new ImageFormatException($"the PNG file is damaged: its header says bit depth {Bits}");
        samples = chunk[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
    }

    /// <summary>Pixels in a row.</summary>
    public int Width { get; }

    /// <summary>Rows.</summary>
    public int Height { get; }

    /// <summary>The bits of a sample.</summary>
    public int Bits { get; }

    /// <summary>Whether the pixels come in seven passes.</summary>
    public bool IsInterlaced { get; }

    /// <summary>The inflated bytes of the whole image: each line has one more for its filter.</summary>
    public long LineBytes()
    {
        long sum = 0;
        foreach ((int x, int y, int stepX, int stepY) in IsInterlaced ? adam7 : [(0, 0, 1, 1)])
        {
            long columns = (Width - x + stepX - 1) / stepX, rows = (Height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0) sum += rows * (1 + (columns * Bits * samples + 7) / 8);
        }
        return sum;
    }
}
