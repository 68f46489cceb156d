using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;

namespace TripletGpu.Models.Search;

/// <summary>
/// The CRC-32C (Castagnoli, as iSCSI and ext4 have it) of each block of what is written, for a file whose parts are
/// read alone: reading a part checks the blocks that it lies in.
/// </summary>
sealed class CheckedStream(Stream stream)
{
    /// <summary>Bytes of a block; the last may be shorter.</summary>
    public const int BlockBytes = 1 << 20;

    readonly List<uint> checks = [];
    uint crc = uint.MaxValue;
    int filled;

    /// <summary>Writes on.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        stream.Write(bytes);
        while (!bytes.IsEmpty)
        {
            int count = Math.Min(BlockBytes - filled, bytes.Length);
            crc = Update(crc, bytes[..count]);
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
        BinaryPrimitives.WriteUInt32LittleEndian(table.AsSpan(4 * checks.Count), Of(table.AsSpan(0, 4 * checks.Count)));
        stream.Write(table);
    }

    /// <summary>The check of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Update(uint.MaxValue, bytes);

    void EndBlock()
    {
        checks.Add(~crc);
        (crc, filled) = (uint.MaxValue, 0);
    }

    static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (byte value in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
