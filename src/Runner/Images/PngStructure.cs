using System.Buffers.Binary;
using System.IO.Compression;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Whether a PNG file (ISO/IEC 15948) is whole. ImageSharp leaves black what is missing, and reads past wrong checksums
/// of the pixels.
/// </summary>
static class PngStructure
{
    // A chunk is its length, its type, its data and a checksum.
    const int ChunkOverhead = 12;

    // The pixels of each pass of an interlaced image.
    static readonly (int X, int Y, int StepX, int StepY)[] adam7 =
        [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)];

    /// <summary>The first bytes of every file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>
    /// Checks lengths and checksums. A file may lack its last chunk, which holds nothing, if all pixels are there.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="exif">The EXIF data, empty where there are none.</param>
    /// <returns>Whether the file comes to its end.</returns>
    /// <exception cref="ImageFormatException">A chunk is cut or damaged.</exception>
    public static bool Check(ReadOnlySpan<byte> file, out ReadOnlySpan<byte> exif)
    {
        exif = default;
        for (int at = Signature.Length; file.Length - at >= ChunkOverhead;)
        {
            ReadOnlySpan<byte> data = ReadChunk(file, ref at, out ReadOnlySpan<byte> type);
            if (type.SequenceEqual("IEND"u8)) return true;
            if (type.SequenceEqual("eXIf"u8)) exif = data;
        }
        return false;
    }

    /// <summary>Inflates the file to see whether every line of pixels is there.</summary>
    /// <param name="file">A file that <see cref="Check"/> found sound.</param>
    /// <exception cref="ImageFormatException">There are too few.</exception>
    public static void CheckLines(ReadOnlySpan<byte> file)
    {
        using MemoryStream compressed = new();
        ReadOnlySpan<byte> header = default;
        for (int at = Signature.Length; file.Length - at >= ChunkOverhead;)
        {
            ReadOnlySpan<byte> data = ReadChunk(file, ref at, out ReadOnlySpan<byte> type);
            if (type.SequenceEqual("IHDR"u8)) header = data;
            if (type.SequenceEqual("IDAT"u8)) compressed.Write(data);
        }
        compressed.Position = 0;
        using ZLibStream lines = new(compressed, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 15];
        long left = header.Length < 13 ? long.MaxValue : LineBytes(header);
        try
        {
            for (int read = 1; left > 0 && read > 0; left -= read) read = lines.Read(buffer);
        }
        catch (InvalidDataException exception)
        {
            throw new ImageFormatException("the PNG data are damaged or truncated", exception);
        }
        if (left > 0) throw new ImageFormatException("the PNG file is truncated");
    }

    static ReadOnlySpan<byte> ReadChunk(ReadOnlySpan<byte> file, scoped ref int at, out ReadOnlySpan<byte> type)
    {
        int length = BinaryPrimitives.ReadInt32BigEndian(file[at..]);
        if (length < 0 || length > file.Length - at - ChunkOverhead)
            throw new ImageFormatException("the PNG file is truncated");
        type = file.Slice(at + 4, 4);
        // Upper-case types are those without which there is no image.
        bool isCritical = (type[0] & 0x20) == 0;
        uint checksum = BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]);
        if (isCritical && checksum != Crc32.Of(file.Slice(at + 4, 4 + length)))
            throw new ImageFormatException("the PNG file is damaged: a checksum is wrong");
        at += ChunkOverhead + length;
        return file.Slice(at - length - 4, length);
    }

    /// <summary>The inflated bytes of a whole image: each line has one more for its filter.</summary>
    static long LineBytes(ReadOnlySpan<byte> header)
    {
        long width = BinaryPrimitives.ReadUInt32BigEndian(header);
        long height = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
        int bits = header[8] * header[9] switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };
        bool isInterlaced = header[12] == 1;
        long sum = 0;
        foreach ((int x, int y, int stepX, int stepY) in isInterlaced ? adam7 : [(0, 0, 1, 1)])
        {
            long columns = (width - x + stepX - 1) / stepX, rows = (height - y + stepY - 1) / stepY;
            if (columns > 0 && rows > 0) sum += rows * (1 + (columns * bits + 7) / 8);
        }
        return sum;
    }
}
