using System.Numerics;
using System.Runtime.InteropServices;

namespace TripletGpu.Models.Serialization;

/// <summary>The CRC-32C (Castagnoli), as iSCSI, ext4 and TensorFlow have it.</summary>
static class Crc32C
{
    /// <summary>What <see cref="Update"/> begins with.</summary>
    public const uint Start = uint.MaxValue;

    /// <summary>The check of some bytes.</summary>
    public static uint Of(ReadOnlySpan<byte> bytes) => ~Update(Start, bytes);

    /// <summary>Goes on with some bytes; the complement of the result is the check of all so far.</summary>
    public static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(bytes)) crc = BitOperations.Crc32C(crc, word);
        foreach (byte value in bytes[(bytes.Length & ~7)..]) crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
