using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Reads PNG images (ISO/IEC 15948) of every colour type, bit depth and interlacing as RGB; transparency is dropped,
/// 16-bit samples lose their lower half.
/// </summary>
public static class PngDecoder
{
    // A chunk is its length, its type, its data and a checksum.
    const int ChunkOverhead = 12;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Whether <paramref name="file"/> begins as a PNG file does.</summary>
    public static bool Recognises(ReadOnlySpan<byte> file) => file.StartsWith(Signature);

    /// <summary>Decodes a whole file.</summary>
    /// <exception cref="ImageFormatException">The file is damaged, truncated or too large.</exception>
    public static PixelImage Decode(ReadOnlySpan<byte> file)
    {
        if (!Recognises(file)) throw new ImageFormatException("no PNG signature");
        PngHeader? header = null;
        ReadOnlySpan<byte> palette = default;
        using MemoryStream compressed = new();
        for (int at = Signature.Length; ;)
        {
            ReadOnlySpan<byte> data = ReadChunk(file, ref at, out ReadOnlySpan<byte> type);
            if (type.SequenceEqual("IHDR"u8)) header = PngHeader.Read(data);
            else if (type.SequenceEqual("PLTE"u8)) palette = data;
            else if (type.SequenceEqual("IDAT"u8)) compressed.Write(data);
            else if (type.SequenceEqual("IEND"u8)) break;
        }
        if (header is not { } found) throw new ImageFormatException("the PNG file has no header");
        compressed.Position = 0;
        return PngScanlines.Read(found, palette, compressed);
    }

    static ReadOnlySpan<byte> ReadChunk(ReadOnlySpan<byte> file, scoped ref int at, out ReadOnlySpan<byte> type)
    {
        int left = file.Length - at - ChunkOverhead;
        int length = left < 0 ? 0 : BinaryPrimitives.ReadInt32BigEndian(file[at..]);
        if (left < 0 || length < 0 || length > left) throw new ImageFormatException("the PNG file is truncated");
        type = file.Slice(at + 4, 4);
        ReadOnlySpan<byte> data = file.Slice(at + 8, length);
        // Upper-case types are those without which there is no image.
        bool isCritical = (type[0] & 0x20) == 0;
        if (isCritical && BinaryPrimitives.ReadUInt32BigEndian(file[(at + 8 + length)..]) != PngChecksum.Of(type, data))
            throw new ImageFormatException("the PNG file is damaged: a checksum is wrong");
        at += ChunkOverhead + length;
        return data;
    }
}
