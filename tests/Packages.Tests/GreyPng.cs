using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace TripletGpu.Packages.Tests;

/// <summary>Grey images of 8 bits as PNG files, the plainest way.</summary>
static class GreyPng
{
    /// <summary>An image of these pixels.</summary>
    public static byte[] Of(int width, int height, Func<int, int, byte> pixel)
    {
        using MemoryStream lines = new(), file = new();
        using (ZLibStream packed = new(lines, CompressionLevel.Fastest, leaveOpen: true))
            for (int y = 0; y < height; y++)
            {
                packed.WriteByte(0);
                for (int x = 0; x < width; x++) packed.WriteByte(pixel(y, x));
            }
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 13, 10, 26, 10]);
        byte[] header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        header[8] = 8;
        Write(file, "IHDR"u8, header);
        Write(file, "IDAT"u8, lines.ToArray());
        Write(file, "IEND"u8, []);
        return file.ToArray();
    }

    static void Write(Stream file, ReadOnlySpan<byte> kind, ReadOnlySpan<byte> content)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, content.Length);
        file.Write(number);
        file.Write(kind);
        file.Write(content);
        BinaryPrimitives.WriteUInt32BigEndian(number, Crc32.HashToUInt32([.. kind, .. content]));
        file.Write(number);
    }
}
