using System.Buffers.Binary;

namespace TripletGpu.Runner.Images;

/// <summary>The CRC-32 of PNG chunks (ISO/IEC 15948, annex D), eight bytes at a time.</summary>
static class Crc32
{
    const int Slices = 8;

    // Slice s holds what a byte does to the checksum when s more bytes follow it.
    static readonly uint[] table = MakeTable();

    /// <summary>The checksum of a chunk's type and data.</summary>
    public static uint Of(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        uint[] slices = table;
        for (; data.Length >= Slices; data = data[Slices..])
        {
            ulong next = BinaryPrimitives.ReadUInt64LittleEndian(data) ^ crc;
            crc = slices[7 * 256 + (byte)next] ^ slices[6 * 256 + (byte)(next >> 8)]
                ^ slices[5 * 256 + (byte)(next >> 16)] ^ slices[4 * 256 + (byte)(next >> 24)]
                ^ slices[3 * 256 + (byte)(next >> 32)] ^ slices[2 * 256 + (byte)(next >> 40)]
                ^ slices[256 + (byte)(next >> 48)] ^ slices[(byte)(next >> 56)];
        }
        foreach (byte value in data) crc = slices[(byte)(crc ^ value)] ^ (crc >> 8);
        return ~crc;
    }

    static uint[] MakeTable()
    {
        const uint polynomial = 0xEDB88320;
        uint[] table = new uint[Slices * 256];
        for (uint n = 0; n < 256; n++)
        {
            uint crc = n;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? polynomial ^ (crc >> 1) : crc >> 1;
            table[n] = crc;
        }
        for (int i = 256; i < table.Length; i++) table[i] = table[(byte)table[i - 256]] ^ (table[i - 256] >> 8);
        return table;
    }
}
