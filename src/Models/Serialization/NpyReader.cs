using System.Buffers;
using Microsoft.Win32.SafeHandles;

namespace TripletGpu.Models.Serialization;

/// <summary>
/// An .npy file whose elements are read where and when they are wanted, so that a file of any length takes no memory.
/// Reading is safe from several threads.
/// </summary>
public sealed class NpyReader : IDisposable
{
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
        if (whole is not null) whole.AsSpan((int)first, to.Length).CopyTo(to);
        else ReadFile(first, to);
        int wrong = Npy.FirstNotFinite(to);
        if (wrong >= 0) throw Npy.NotFinite(path, Shape, first + wrong, to[wrong]);
    }

    /// <summary>Closes the file.</summary>
    public void Dispose() => file.Dispose();

    void ReadFile(long first, Span<float> to)
    {
        int bytes = Element.Bytes, most = ChunkBytes / bytes;
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        for (int done = 0; done < to.Length;)
        {
            int count = Math.Min(most, to.Length - done);
            Span<byte> chunk = buffer.AsSpan(0, count * bytes);
            Fill(chunk, start + (first + done) * bytes);
            Npy.Convert(Element, chunk, to.Slice(done, count));
            done += count;
        }
        ArrayPool<byte>.Shared.Return(buffer);
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
