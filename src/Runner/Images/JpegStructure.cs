using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>
/// Whether a JPEG file (ITU-T T.81) is whole: ImageSharp paints grey what is missing. The end of a preview inside the
/// file does not count as its end.
/// </summary>
static class JpegStructure
{
    const byte Start = 0xFF, Stuffed = 0x00, EndOfImage = 0xD9, StartOfScan = 0xDA;
    const byte FirstRestart = 0xD0, LastRestart = 0xD7;

    /// <summary>Follows the segments to the file's end.</summary>
    /// <param name="file">
    /// The whole file. Bytes that some cameras leave between segments are taken out, which shortens it: ImageSharp
    /// stumbles over them.
    /// </param>
    /// <returns>Bits of a sample; 0 where no frame says.</returns>
    /// <exception cref="ImageFormatException">The file is cut.</exception>
    public static int Check(ref ArraySegment<byte> file)
    {
        int precision = 0;
        bool isInScan = false;
        for (int at = 2; Next(file, at) is var marker && marker + 1 < file.Count;)
        {
            byte kind = file[marker + 1];
            if (!isInScan && marker > at)
            {
                file[marker..].CopyTo(file[at..]);
                file = file[..^(marker - at)];
                marker = at;
            }
            if (kind == EndOfImage) return precision;
            isInScan = kind == StartOfScan || isInScan && kind is >= FirstRestart and <= LastRestart;
            at = marker + 2;
            if (kind is >= FirstRestart and <= LastRestart or 0x01 || at + 2 > file.Count) continue;
            int length = BinaryPrimitives.ReadUInt16BigEndian(file.AsSpan(at));
            bool isFrame = kind is >= 0xC0 and <= 0xCF and not 0xC4 and not 0xC8 and not 0xCC;
            if (isFrame && at + 2 < file.Count) precision = file[at + 2];
            at += Math.Max(length, 2);
        }
        throw new ImageFormatException("damaged JPEG: it is truncated");
    }

    /// <summary>
    /// Where the next marker begins, past bytes that do not belong to a segment and past a scan's data; else the
    /// length.
    /// </summary>
    static int Next(ReadOnlySpan<byte> file, int at)
    {
        while (at < file.Length)
        {
            int found = file[at..].IndexOf(Start);
            if (found < 0) break;
            at += found;
            if (at + 1 < file.Length && file[at + 1] is not (Stuffed or Start)) return at;
            at++;
        }
        return file.Length;
    }
}
