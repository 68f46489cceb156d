using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Search;

/// <summary>
/// An index that is open for reading. Its embeddings are read part by part and its names and pictures one by one, so
/// that an index of any size takes no more memory than its labels. Every byte that is used has been checked; nothing is
/// allocated by a number that the file's length does not bear out. Not safe from several threads.
/// </summary>
public sealed class IndexFile : IDisposable
{
    // Far more than a path has.
    const int LongestName = 1 << 16;

    readonly SafeFileHandle file;
    readonly string path;
    readonly long dataAt;
    readonly uint[] checks;
    readonly byte[] block;
    long held = -1;
    byte[] buffer = [];

    IndexFile(string path)
    {
        this.path = path;
        using (FileStream stream = InputFile.Open(path)) (Header, dataAt, checks) = ReadHead(stream);
        block = new byte[(int)Math.Min(CheckedStream.BlockBytes, Header.DataBytes)];
        file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        try
        {
            Labels = new int[Header.Rows];
            ReadBytes(Header.LabelsAt, MemoryMarshal.AsBytes(Labels.AsSpan()));
            if (Labels.AsSpan().IndexOfAnyExceptInRange(-1, Header.Classes - 1) is >= 0 and int wrong)
                throw Damaged($"row {wrong} has class {Labels[wrong]} of {Header.Classes}");
            Classes = ReadClasses();
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>What the index says about itself.</summary>
    public IndexHeader Header { get; }

    /// <summary>The place of each row's class in <see cref="Classes"/>; -1: it has none.</summary>
    public int[] Labels { get; }

    /// <summary>The classes' names.</summary>
    public IReadOnlyList<string> Classes { get; }

    /// <summary>Opens a file and checks its head, its labels and the names of its classes.</summary>
    /// <exception cref="UserErrorException">It cannot be read, is no index, is damaged or cut short.</exception>
    public static IndexFile Open(string path) => new(path);

    /// <summary>Reads embeddings as float32.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="to">Gets as many rows as it has room for.</param>
    /// <exception cref="UserErrorException">The file is damaged there.</exception>
    public void ReadRows(int first, Span<float> to)
    {
        if (Header.Storage == IndexStorage.Float16) ReadRounded(first, to);
        else
            foreach ((int row, Range place) in Runs(first, to.Length))
                ReadBytes(Header.RowAt(row), MemoryMarshal.AsBytes(to[place]));
    }

    /// <summary>Reads embeddings as they are rounded to float16, of a file that holds them so.</summary>
    internal void ReadRounded(int first, Span<float> to)
    {
        foreach ((int row, Range place) in Runs(first, to.Length))
        {
            Span<float> run = to[place];
            if (buffer.Length < 2 * run.Length) buffer = new byte[2 * run.Length];
            Span<ushort> halves = MemoryMarshal.Cast<byte, ushort>(buffer.AsSpan(0, 2 * run.Length));
            ReadBytes(Header.RoundedAt(row), MemoryMarshal.AsBytes(halves));
            Widen(halves, run);
        }
    }

    /// <summary>Rows that lie one behind the other, and the place of their values among all that are wanted.</summary>
    IEnumerable<(int Row, Range Place)> Runs(int first, int values)
    {
        int d = Header.Dimension;
        for (int done = 0; done < values;)
        {
            int row = first + done / d, count = Math.Min(values - done, (Header.PartRows - row % Header.PartRows) * d);
            yield return (row, done..(done + count));
            done += count;
        }
    }

    /// <summary>The name of a row; null where rows have none.</summary>
    /// <exception cref="UserErrorException">The file is damaged there.</exception>
    public string? Name(int row) => Header.NameBytes is { } all
        ? ReadName(Header.NameEndsAt, Header.NamesAt, all, row) : null;

    /// <summary>The class's name of a row; null where it has none.</summary>
    public string? ClassOf(int row) => Labels[row] < 0 ? null : Classes[Labels[row]];

    /// <summary>The picture of a row; null where there are none.</summary>
    /// <exception cref="UserErrorException">The file is damaged there.</exception>
    public byte[]? Thumbnail(int row)
    {
        if (Header.Thumbnails is not { } kind) return null;
        byte[] picture = new byte[kind.Bytes];
        ReadBytes(Header.ThumbnailsAt + (long)row * kind.Bytes, picture);
        return picture;
    }

    /// <summary>Reads the whole file once and checks it.</summary>
    /// <exception cref="UserErrorException">It is damaged.</exception>
    public void Verify()
    {
        for (long at = 0; at < Header.DataBytes; at += CheckedStream.BlockBytes) Hold(at / CheckedStream.BlockBytes);
        if (Header.NameBytes is not null)
            for (int row = 0; row < Header.Rows; row++) Name(row);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    (IndexHeader, long, uint[]) ReadHead(FileStream stream)
    {
        byte[] start = new byte[16];
        int read = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        if (read < start.Length || !start.AsSpan().StartsWith(IndexWriter.Magic))
            throw new UserErrorException(
                $"{path} is no index: {ForeignFile.Describe(stream, WantedFile.Array) ?? "it begins with other bytes"};"
                + " triplet index build makes one");
        uint version = BinaryPrimitives.ReadUInt32LittleEndian(start.AsSpan(8));
        if (version != IndexWriter.Version)
            throw new UserErrorException(
                $"{path} is an index of version {version}, and this program reads version {IndexWriter.Version}");
        int length = BinaryPrimitives.ReadInt32LittleEndian(start.AsSpan(12));
        if (length < 2 || length > IndexHeader.MostBytes || length > stream.Length - 20)
            throw Damaged($"it claims a header of {Counted.Of(length, "byte")}");
        byte[] head = new byte[16 + length + 4];
        start.CopyTo(head, 0);
        stream.ReadExactly(head.AsSpan(16));
        uint check = BinaryPrimitives.ReadUInt32LittleEndian(head.AsSpan(16 + length));
        if (Crc32C.Of(head.AsSpan(0, 16 + length)) != check) throw Damaged("its header does not fit its check");
        IndexHeader header = IndexHeader.Parse(head.AsSpan(16, length)) ?? throw Damaged("its header makes no sense");
        long blocks = (header.DataBytes + CheckedStream.BlockBytes - 1) / CheckedStream.BlockBytes;
        long all = head.Length + header.DataBytes + 4 * blocks + 4;
        if (stream.Length != all)
            throw Damaged(stream.Length < all
                ? $"it is cut short: {Counted.Of(stream.Length, "byte")} of {all}"
                : $"{Counted.Of(stream.Length - all, "byte")} too many follow");
        byte[] table = new byte[4 * blocks + 4];
        stream.Position = head.Length + header.DataBytes;
        stream.ReadExactly(table);
        uint tableCheck = BinaryPrimitives.ReadUInt32LittleEndian(table.AsSpan(table.Length - 4));
        if (Crc32C.Of(table.AsSpan(0, table.Length - 4)) != tableCheck)
            throw Damaged("its list of checks does not fit its own");
        return (header, head.Length, MemoryMarshal.Cast<byte, uint>(table.AsSpan(0, table.Length - 4)).ToArray());
    }

    string[] ReadClasses()
    {
        string[] classes = new string[Header.Classes];
        for (int i = 0; i < classes.Length; i++)
            classes[i] = ReadName(Header.ClassEndsAt, Header.ClassNamesAt, Header.ClassNameBytes, i);
        return classes;
    }

    string ReadName(long endsAt, long namesAt, long bytes, int i)
    {
        Span<byte> ends = stackalloc byte[16];
        ends.Clear();
        ReadBytes(endsAt + 8L * i - (i > 0 ? 8 : 0), i > 0 ? ends : ends[8..]);
        long from = BinaryPrimitives.ReadInt64LittleEndian(ends);
        long to = BinaryPrimitives.ReadInt64LittleEndian(ends[8..]);
        if (from < 0 || to < from || to > bytes || to - from > LongestName)
            throw Damaged($"the name of entry {i} lies from {from} to {to} of {bytes}");
        byte[] name = new byte[to - from];
        ReadBytes(namesAt + from, name);
        return Encoding.UTF8.GetString(name);
    }

    void ReadBytes(long at, Span<byte> to)
    {
        while (!to.IsEmpty)
        {
            long number = at / CheckedStream.BlockBytes;
            int inside = (int)(at % CheckedStream.BlockBytes);
            int count;
            if (inside == 0 && to.Length >= CheckedStream.BlockBytes)
            {
                count = CheckedStream.BlockBytes;
                ReadBlock(number, to[..count]);
            }
            else
            {
                Hold(number);
                count = Math.Min(to.Length, BlockLength(number) - inside);
                block.AsSpan(inside, count).CopyTo(to);
            }
            at += count;
            to = to[count..];
        }
    }

    /// <summary>Reads a block into memory unless it is the one that was used last.</summary>
    void Hold(long number)
    {
        if (held == number) return;
        held = -1;
        ReadBlock(number, block.AsSpan(0, BlockLength(number)));
        held = number;
    }

    int BlockLength(long number) =>
        (int)Math.Min(CheckedStream.BlockBytes, Header.DataBytes - number * CheckedStream.BlockBytes);

    void ReadBlock(long number, Span<byte> to)
    {
        long at = dataAt + number * CheckedStream.BlockBytes;
        for (int done = 0; done < to.Length;)
        {
            int read = RandomAccess.Read(file, to[done..], at + done);
            if (read == 0) throw Damaged("it has become shorter while it was read");
            done += read;
        }
        if (Crc32C.Of(to) != checks[number])
            throw Damaged($"block {number}, {Counted.Of(to.Length, "byte")} at {at}, does not fit its check");
    }

    /// <summary>Halves that are finite, exactly: exponents move by a multiplication, subnormal ones too.</summary>
    static void Widen(ReadOnlySpan<ushort> halves, Span<float> to)
    {
        const float exponent = 5.192297e33f; // 2^112
        int i = 0;
        for (; i <= halves.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(halves[i..]), out Vector<uint> low, out Vector<uint> high);
            Of(low).CopyTo(to[i..]);
            Of(high).CopyTo(to[(i + Vector<float>.Count)..]);
        }
        for (; i < halves.Length; i++) to[i] = (float)BitConverter.UInt16BitsToHalf(halves[i]);

        static Vector<float> Of(Vector<uint> half)
        {
            Vector<uint> size = Vector.ShiftLeft(half & new Vector<uint>(0x7FFF), 13);
            Vector<uint> sign = Vector.ShiftLeft(half & new Vector<uint>(0x8000), 16);
            return Vector.AsVectorSingle(Vector.AsVectorUInt32(Vector.AsVectorSingle(size) * exponent) | sign);
        }
    }

    UserErrorException Damaged(string how) => new($"{path} is a damaged index: {how}; build it anew");
}
