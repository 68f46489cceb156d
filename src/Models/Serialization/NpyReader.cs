using System.Buffers;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace TripletGpu.Models.Serialization;

/// <summary>
/// An .npy file whose elements are read where and when they are wanted, so that a file of any length takes no memory.
/// Reading is safe from several threads.
/// </summary>
public sealed class NpyReader : IDisposable
{
    // What has been read is still in L2 when it is looked at.
    const int ChunkBytes = 1 << 16;

    readonly string path;
    readonly NpyHeader header;
    readonly SafeFileHandle file;
    readonly long start;

    // Where the first axis runs fastest, a row's elements lie all over the file.
    readonly float[]? whole;

    /// <summary>Opens a file.</summary>
    /// <exception cref="UserErrorException">The file cannot be read, or says something false about itself.</exception>
    public NpyReader(string path)
    {
        this.path = path;
        using (FileStream stream = InputFile.Open(path))
        {
            header = NpyHeader.Read(stream, path);
            start = stream.Position;
        }
        if (header.IsFortranOrder && header.Shape.Rank > 1) whole = Npy.ReadFloats(path, finite: false).Values;
        file = File.OpenHandle(path);
    }

    /// <summary>What the elements are.</summary>
    public NpyElement Element => header.Element;

    /// <summary>The extents.</summary>
    public Shape Shape => header.Shape;

    /// <summary>
    /// Reads elements as float32, whatever their type; integers keep their value (255 stays 255).
    /// </summary>
    /// <param name="first">The first one's number in C order.</param>
    /// <param name="to">Gets as many as it has room for.</param>
    /// <exception cref="UserErrorException">
    /// An element is NaN or infinite, or the file cannot be read any more.
    /// </exception>
    public void Read(long first, Span<float> to)
    {
        byte[] buffer = whole is not null || IsAsInMemory ? [] : ArrayPool<byte>.Shared.Rent(ChunkBytes);
        int most = ChunkBytes / Element.Bytes;
        for (int done = 0; done < to.Length; done += most)
        {
            Span<float> part = to.Slice(done, Math.Min(most, to.Length - done));
            ReadPart(first + done, part, buffer);
            int wrong = NonFinite.First(part);
            if (wrong >= 0) throw Npy.NotFinite(path, Shape, first + done + wrong, part[wrong]);
        }
        if (buffer.Length > 0) ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    bool IsAsInMemory => Element is { Kind: 'f', Bytes: sizeof(float) }
        && Element.IsBigEndian != BitConverter.IsLittleEndian;

    void ReadPart(long first, Span<float> to, byte[] buffer)
    {
        long at = start + first * Element.Bytes;
        if (whole is not null) whole.AsSpan((int)first, to.Length).CopyTo(to);
        else if (IsAsInMemory) Fill(MemoryMarshal.AsBytes(to), at);
        else
        {
            Span<byte> bytes = buffer.AsSpan(0, to.Length * Element.Bytes);
            Fill(bytes, at);
            Npy.Convert(Element, bytes, to);
        }
    }

    void Fill(Span<byte> chunk, long at)
    {
        while (!chunk.IsEmpty)
        {
            int read = RandomAccess.Read(file, chunk, at);
            if (read == 0) throw new UserErrorException($"{path} has become shorter while it was read");
            chunk = chunk[read..];
            at += read;
        }
    }
}
