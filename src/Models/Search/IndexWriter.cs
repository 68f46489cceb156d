using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using TripletGpu.Models.Evaluation;
using TripletGpu.Models.Serialization;
using TripletGpu.Models.Text;

namespace TripletGpu.Models.Search;

/// <summary>
/// Writes an index: a magic number and a version, the header as JSON with its length and check, the data part by part
/// (embeddings, labels, ends and names of classes, ends and names of rows, pictures), then the check of each block.
/// It is in its place only once all of it is there.
/// </summary>
public static class IndexWriter
{
    internal const uint Version = 1;

    internal static ReadOnlySpan<byte> Magic => "TRIPLETX"u8;

    /// <summary>Writes a file.</summary>
    /// <exception cref="UserErrorException">
    /// A value is not finite or too large for float16, a row is so long that its squared distances are not finite, or
    /// the file cannot be written.
    /// </exception>
    public static void Write(string path, IndexContent content)
    {
        byte[][] classes = [.. content.Classes.Select(Encoding.UTF8.GetBytes)];
        byte[][]? names = content.Names is null ? null : [.. content.Names.Select(Encoding.UTF8.GetBytes)];
        IndexHeader header = new()
        {
            Rows = content.Labels.Length,
            Dimension = content.Dimension,
            Storage = content.Storage,
            Classes = classes.Length,
            ClassNameBytes = classes.Sum(name => (long)name.Length),
            NameBytes = names?.Sum(name => (long)name.Length),
            Thumbnails = content.Thumbnails,
            Model = content.Model,
        };
        if (header.Dimension > IndexHeader.MostDimensions)
            throw new UserErrorException(
                $"{content.Name}: embeddings of {Counted.Of(header.Dimension, "value")}; an index takes"
                + $" {IndexHeader.MostDimensions} at most");
        byte[] json = header.ToJson();
        if (json.Length > IndexHeader.MostBytes || header.Rows < 1)
            throw new ArgumentException(
                $"{content.Name}: {Counted.Of(header.Rows, "row")} with a header of {Counted.Of(json.Length, "byte")}");
        byte[] head = new byte[16 + json.Length + 4];
        Magic.CopyTo(head);
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(8), Version);
        BinaryPrimitives.WriteInt32LittleEndian(head.AsSpan(12), json.Length);
        json.CopyTo(head, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(
            head.AsSpan(head.Length - 4), Crc32C.Of(head.AsSpan(0, head.Length - 4)));
        using PendingFile file = new(path);
        // Batches are computed between two writes, so that only the disk's failures are taken for those.
        CheckedStream? data = null;
        RowWriter? rows = null;
        file.Write(stream =>
        {
            stream.Write(head);
            rows = new RowWriter(data = new CheckedStream(stream), header);
        });
        long written = 0;
        foreach (ReadOnlyMemory<float> batch in content.Batches)
        {
            Check(content, batch.Span, written);
            written += batch.Length;
            file.Write(_ => rows!.Write(batch.Span));
        }
        if (written != (long)header.Rows * header.Dimension)
            throw new ArgumentException(
                $"{content.Name}: {Counted.Of(written, "value")} are not {Counted.Of(header.Rows, "row")}");
        file.Write(_ =>
        {
            rows!.Finish();
            data!.Write(MemoryMarshal.AsBytes(content.Labels.AsSpan()));
            WriteNames(data, classes);
            if (names is not null) WriteNames(data, names);
        });
        if (content is { Thumbnails: { } kind, Thumbnail: { } draw })
        {
            byte[] picture = new byte[kind.Bytes];
            for (int i = 0; i < header.Rows; i++)
            {
                draw(i, picture);
                file.Write(_ => data!.Write(picture));
            }
        }
        file.Write(_ => data!.Finish());
        file.Commit();
    }

    static void Check(IndexContent content, ReadOnlySpan<float> values, long before)
    {
        float most = content.Storage == IndexStorage.Float32 ? float.MaxValue : (float)Half.MaxValue;
        for (int i = 0; i < values.Length; i++)
            if (!(Math.Abs(values[i]) <= most))
                throw new UserErrorException(
                    $"{content.Name}: row {(before + i) / content.Dimension} holds {values[i]}, which"
                    + $" {IndexHeader.NameOf(content.Storage)} does not");
        SquaredDistance.MustFit(content.Name, values, content.Dimension, before / content.Dimension);
    }

    /// <summary>Where each name ends, then the names.</summary>
    static void WriteNames(CheckedStream data, byte[][] names)
    {
        long[] ends = new long[names.Length];
        long end = 0;
        for (int i = 0; i < names.Length; i++) ends[i] = end += names[i].Length;
        data.Write(MemoryMarshal.AsBytes(ends.AsSpan()));
        foreach (byte[] name in names) data.Write(name);
    }
}
