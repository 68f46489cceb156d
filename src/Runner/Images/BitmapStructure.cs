using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>Whether a BMP file is whole. ImageSharp leaves black what is missing.</summary>
static class BitmapStructure
{
    const int CoreHeader = 12, Rle8 = 1, Rle4 = 2;

    /// <summary>Compares the file's length with that of its lines, each a multiple of four bytes.</summary>
    /// <param name="file">The whole file, its header's length checked.</param>
    /// <exception cref="ImageFormatException">The file is cut.</exception>
    public static void Check(ReadOnlySpan<byte> file)
    {
        bool isCore = file[14] == CoreHeader;
        if (file.Length < (isCore ? 26 : 38)) throw Truncated();
        uint start = BinaryPrimitives.ReadUInt32LittleEndian(file[10..]);
        long width = isCore ? UInt16(file, 18) : BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long height = isCore ? UInt16(file, 20) : Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(file[22..]));
        int bits = UInt16(file, isCore ? 24 : 28);
        uint compression = isCore || file[14] == 16 ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(file[30..]);
        // The length of a compressed image stands in the header.
        long bytes = compression is Rle8 or Rle4
            ? BinaryPrimitives.ReadUInt32LittleEndian(file[34..])
            : (width * bits + 31) / 32 * 4 * height;
        if (start + bytes > file.Length) throw Truncated();
    }

    static int UInt16(ReadOnlySpan<byte> file, int at) => BinaryPrimitives.ReadUInt16LittleEndian(file[at..]);

    static ImageFormatException Truncated() => new("damaged BMP: it is truncated");
}
