using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Whether a PNG file (ISO/IEC 15948) is whole. ImageSharp leaves black what is missing, and reads past wrong checksums
/// of the pixels.
/// </summary>
static class PngStructure
{
    // A chunk is its length, its type, its data and a checksum.
    const int ChunkOverhead = 12;

    /// <summary>The first bytes of every file.</summary>
    public static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>
    /// Checks lengths and checksums. A file may lack its last chunk, which holds nothing, if all pixels are there.
    /// </summary>
    /// <param name="file">The whole file.</param>
    /// <param name="header">What the first chunk says.</param>
    /// <param name="exif">The EXIF data, empty where there are none.</param>
    /// <returns>Whether the file comes to its end.</returns>
    /// <exception cref="ImageFormatException">A chunk is cut or damaged.</exception>
    public static bool Check(ReadOnlySpan<byte> file, out PngHeader header, out ReadOnlySpan<byte> exif)
    {
        header = default;
        exif = default;
        int chunks = 0;
        for (int at = Signature.Length; file.Length - at >= ChunkOverhead; chunks++)
        {
            ReadOnlySpan<byte> data = ReadChunk(file, ref at, out ReadOnlySpan<byte> type);
            bool isHeader = type.SequenceEqual("IHDR"u8);
            if (isHeader != (chunks == 0) || isHeader && data.Length != PngHeader.Length)
                throw new ImageFormatException("the PNG file is damaged: it does not begin with its header");
            if (isHeader) header = new PngHeader(data);
            if (type.SequenceEqual("IEND"u8)) return true;
            if (type.SequenceEqual("eXIf"u8)) exif = data;
        }
        if (chunks == 0) throw new ImageFormatException("the PNG file is truncated: it has no header");
        return false;
    }

    /// <summary>Inflates the file to see whether every line of pixels is there.</summary>
    /// <param name="file">A file that <see cref="Check"/> found sound.</param>
    /// <exception cref="ImageFormatException">There are too few.</exception>
    public static void CheckLines(ReadOnlySpan<byte> file)
    {
        using MemoryStream compressed = new();
        PngHeader header = default;
        for (int at = Signature.Length; file.Length - at >= ChunkOverhead;)
        {
            ReadOnlySpan<byte> data = ReadChunk(file, ref at, out ReadOnlySpan<byte> type);
            if (type.SequenceEqual("IHDR"u8)) header = new PngHeader(data);
            if (type.SequenceEqual("IDAT"u8)) compressed.Write(data);
        }
        compressed.Position = 0;
        using ZLibStream lines = new(compressed, CompressionMode.Decompress);
        byte[] buffer = new byte[1 << 15];
        long left = header.LineBytes();
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
        if (isCritical && checksum != Crc32.HashToUInt32(file.Slice(at + 4, 4 + length)))
            throw new ImageFormatException("the PNG file is damaged: a checksum is wrong");
        at += ChunkOverhead + length;
        return file.Slice(at - length - 4, length);
    }
}
