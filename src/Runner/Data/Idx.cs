using System.Buffers.Binary;
using System.IO.Compression;
using TripletGpu.Models;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Runner.Data;

/// <summary>An array of bytes from an IDX file.</summary>
/// <param name="Extents">Outermost first.</param>
/// <param name="Values">In C order.</param>
public sealed record IdxArray(int[] Extents, byte[] Values);

/// <summary>
/// Reads the format of MNIST: two zero bytes, the element type (8: unsigned byte), the rank, each extent as a
/// big-endian int32, the elements. Plain or gzipped.
/// </summary>
public static class Idx
{
    const byte UnsignedByte = 8;
    const int MostDimensions = 4;

    // Deflate's best: a stream cannot hold more than this many bytes a byte.
    const long MostInflation = 1032;

    // Gzip's header and its closing sums.
    const int LeastGzip = 18;

    /// <summary>Reads a file; nothing is allocated that its length cannot hold.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or says something false about itself.</exception>
    public static IdxArray Read(string path)
    {
        using FileStream file = InputFile.Open(path);
        bool isGzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        if (!isGzip) return Read(file, file.Length, path);
        try
        {
            using GZipStream inflated = new(file, CompressionMode.Decompress, leaveOpen: true);
            return Read(inflated, file.Length * MostInflation, path);
        }
        catch (Exception e) when (e is InvalidDataException || e is UserErrorException && IsDamaged(file))
        {
            throw new UserErrorException($"{path} is damaged: it cannot be unzipped; fetch it again", e);
        }
    }

    /// <summary>
    /// Whether a gzip file's own sums are wrong: what it unzips to is then garbage, its header included. The last four
    /// bytes are the length (RFC 1952), which also shows a file that is cut short.
    /// </summary>
    static bool IsDamaged(FileStream file)
    {
        if (file.Length < LeastGzip) return true;
        Span<byte> said = stackalloc byte[4];
        byte[] chunk = new byte[1 << 16];
        long length = 0;
        try
        {
            file.Position = file.Length - said.Length;
            file.ReadExactly(said);
            file.Position = 0;
            using GZipStream inflated = new(file, CompressionMode.Decompress, leaveOpen: true);
            for (int read; length <= int.MaxValue && (read = inflated.Read(chunk)) > 0;) length += read;
        }
        catch (InvalidDataException)
        {
            return true;
        }
        return (uint)length != BinaryPrimitives.ReadUInt32LittleEndian(said);
    }

    static IdxArray Read(Stream stream, long mostBytes, string path)
    {
        Span<byte> head = stackalloc byte[4 + 4 * MostDimensions];
        if (stream.ReadAtLeast(head[..4], 4, throwOnEndOfStream: false) < 4 || head[0] != 0 || head[1] != 0)
            throw new UserErrorException($"{path} is not an IDX file: it does not begin with two zero bytes");
        int rank = head[3];
        if (head[2] != UnsignedByte || rank is < 1 or > MostDimensions)
            throw new UserErrorException(
                $"{path}: only IDX files of unsigned bytes (type 8) with 1 to {MostDimensions} dimensions"
                + $" can be read, not type {head[2]} with {rank}");
        Span<byte> sizes = head.Slice(4, 4 * rank);
        if (stream.ReadAtLeast(sizes, sizes.Length, throwOnEndOfStream: false) < sizes.Length)
            throw new UserErrorException($"{path}: the file ends within its header; it is cut short, fetch it again");
        int[] extents = new int[rank];
        Int128 needed = 1;
        for (int i = 0; i < rank; i++)
        {
            extents[i] = BinaryPrimitives.ReadInt32BigEndian(sizes[(4 * i)..]);
            if (extents[i] < 1) throw new UserErrorException(
                $"{path}: the header says that extent {i} is {extents[i]}");
            needed *= extents[i];
        }
        string said = $"{path}: the header says {string.Join(" x ", extents)} bytes";
        if (needed > mostBytes || needed > Array.MaxLength)
            throw new UserErrorException(
                $"{said}, more than the file can hold; it is cut short or its header is wrong");
        byte[] values = new byte[(int)needed];
        int read = stream.ReadAtLeast(values, values.Length, throwOnEndOfStream: false);
        if (read < values.Length) throw new UserErrorException(
            $"{said}, but {read} follow it; it is cut short, fetch it again");
        if (stream.ReadByte() >= 0) throw new UserErrorException($"{said}, but more follow it; its header is wrong");
        return new IdxArray(extents, values);
    }
}
