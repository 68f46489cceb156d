using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>How a camera was held: the EXIF field in a JPEG file.</summary>
static class ExifOrientation
{
    const int Upright = 1;

    /// <summary>1 to 8, <see cref="PixelImage.Oriented"/>'s argument; 1 where the file does not say.</summary>
    public static int Read(ReadOnlySpan<byte> file)
    {
        const byte Fill = 0xFF, App1 = 0xE1, StartOfScan = 0xDA;
        for (int at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            byte marker = file[at + 1];
            if (marker == Fill)
            {
                at++;
                continue;
            }
            int length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (marker == StartOfScan || length < 2 || at + 2 + length > file.Length) break;
            ReadOnlySpan<byte> segment = file.Slice(at + 4, length - 2);
            if (marker == App1 && segment.StartsWith("Exif\0\0"u8)) return FromTiff(segment[6..]);
            at += 2 + length;
        }
        return Upright;
    }

    static int FromTiff(ReadOnlySpan<byte> tiff)
    {
        const int OrientationTag = 0x0112, EntryBytes = 12;
        if (tiff.Length < 8) return Upright;
        bool isLittle = tiff[0] == (byte)'I';
        uint directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..])
            : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]);
        if (directory > tiff.Length - 2) return Upright;
        int first = (int)directory + 2, entries = UInt16(tiff[(int)directory..], isLittle);
        for (int at = first; at < first + entries * EntryBytes && at + EntryBytes <= tiff.Length; at += EntryBytes)
            if (UInt16(tiff[at..], isLittle) == OrientationTag
                && UInt16(tiff[(at + 8)..], isLittle) is >= 1 and <= 8 and int found)
                return found;
        return Upright;
    }

    static int UInt16(ReadOnlySpan<byte> from, bool isLittle) =>
        isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
}
