using System.Buffers.Binary;
using System.IO.Compression;

namespace TripletGpu.Runner.Images;

/// <summary>Writes 8-bit grey or RGB images as PNG (ISO/IEC 15948), compressed with the class library's zlib.</summary>
public static class PngEncoder
{
    const byte Grey = 0, Rgb = 2;

    static ReadOnlySpan<byte> Signature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The bytes of a PNG file.</summary>
    /// <param name="pixels">Rows from the top, each <c>width * channels</c> bytes.</param>
    /// <param name="width">Pixels in a row, at least 1.</param>
    /// <param name="height">Rows, at least 1.</param>
    /// <param name="channels">1 for grey, 3 for red, green, blue.</param>
    /// <exception cref="ArgumentException">The size does not fit the number of bytes.</exception>
    public static byte[] Encode(ReadOnlySpan<byte> pixels, int width, int height, int channels)
    {
        if (channels is not (1 or 3)) throw new ArgumentException($"{channels} channels: a PNG is written with 1 or 3");
        if (pixels.Length != (long)width * height * channels || pixels.IsEmpty)
            throw new ArgumentException(
                $"{pixels.Length} bytes do not make {width} x {height} pixels of {channels} channels");
        using MemoryStream file = new();
        file.Write(Signature);
        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        header[8] = 8; // bits a sample; compression, filter and interlace methods stay 0
        header[9] = channels == 1 ? Grey : Rgb;
        WriteChunk(file, "IHDR"u8, header);
        WriteChunk(file, "IDAT"u8, Compress(pixels, width * channels));
        WriteChunk(file, "IEND"u8, []);
        return file.ToArray();
    }

    static byte[] Compress(ReadOnlySpan<byte> pixels, int stride)
    {
        const byte NoFilter = 0;
        using MemoryStream compressed = new();
        using (ZLibStream zlib = new(compressed, CompressionLevel.Optimal, leaveOpen: true))
            for (int at = 0; at < pixels.Length; at += stride)
            {
                zlib.WriteByte(NoFilter);
                zlib.Write(pixels.Slice(at, stride));
            }
        return compressed.ToArray();
    }

    static void WriteChunk(MemoryStream file, ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        file.Write(number);
        file.Write(type);
        file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, PngChecksum.Of(type, data));
        file.Write(number);
    }
}
