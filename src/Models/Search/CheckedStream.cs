using System.Buffers.Binary;
using TripletGpu.Models.Serialization;

namespace TripletGpu.Models.Search;

/// <summary>
/// The CRC-32C of each block of what is written, for a file whose parts are read alone: reading a part checks the
/// blocks that it lies in.
/// </summary>
sealed class CheckedStream(Stream stream)
{
    /// <summary>Bytes of a block; the last may be shorter.</summary>
    public const int BlockBytes = 1 << 20;

    readonly List<uint> checks = [];
    uint crc = Crc32C.Start;
    int filled;

    /// <summary>Writes on.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(BlockBytes - filled, bytes.Length);
            crc = Crc32C.Update(crc, bytes[..count]);
            filled += count;
            bytes = bytes[count..];
            if (filled == BlockBytes) EndBlock();
        }
    }

    /// <summary>Writes the checks of all blocks and a check of these.</summary>
    public void Finish()
    {
        if (filled > 0) EndBlock();
        byte[] table = new byte[4 * checks.Count + 4];
        for (int i = 0; i < checks.Count; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * i), checks[i]);
        BinaryPrimitives.WriteUInt32LittleEndian(
            table.AsSpan(4 * checks.Count), Crc32C.Of(table.AsSpan(0, 4 * checks.Count)));
        stream.Write(table);
    }

    void EndBlock()
    {
        checks.Add(~crc);
        (crc, filled) = (Crc32C.Start, 0);
    }
}
