using System.Runtime.InteropServices;

namespace TripletGpu.Models.Search;

/// <summary>
/// Writes embeddings as an index keeps them. Where it keeps them twice, a part's rows follow as they are and then
/// rounded; the rounded ones wait in memory until then.
/// </summary>
sealed class RowWriter
{
    const int MostValues = 1 << 16;

    readonly CheckedStream data;
    readonly IndexStorage storage;
    readonly Half[] halves;
    int waiting;

    /// <summary>Begins with the first row.</summary>
    public RowWriter(CheckedStream data, IndexHeader header)
    {
        (this.data, storage) = (data, header.Storage);
        long part = (long)Math.Min(header.PartRows, header.Rows) * header.Dimension;
        halves = new Half[storage switch
        {
            IndexStorage.Float32 => 0,
            IndexStorage.Float16 => Math.Min(MostValues, part),
            _ => part,
        }];
    }

    /// <summary>Writes on.</summary>
    public void Write(ReadOnlySpan<float> values)
    {
        while (!values.IsEmpty)
        {
            int count = Math.Min(values.Length, MostValues);
            if (halves.Length > 0) count = Math.Min(count, halves.Length - waiting);
            ReadOnlySpan<float> next = values[..count];
            if (storage != IndexStorage.Float16) data.Write(MemoryMarshal.AsBytes(next));
            if (halves.Length > 0)
            {
                for (int i = 0; i < count; i++) halves[waiting++] = (Half)next[i];
                if (waiting == halves.Length) Finish();
            }
            values = values[count..];
        }
    }

    /// <summary>Writes what waits, at the end of all rows.</summary>
    public void Finish()
    {
        data.Write(MemoryMarshal.AsBytes(halves.AsSpan(0, waiting)));
        waiting = 0;
    }
}
