namespace TripletGpu.Runner.Images;

/// <summary>The CRC-32 of PNG chunks (ISO/IEC 15948, annex D).</summary>
static class PngChecksum
{
    static readonly uint[] table = MakeTable();

    /// <summary>The checksum of a chunk's type and data.</summary>
    public static uint Of(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data) =>
        ~Update(Update(uint.MaxValue, type), data);

    static uint Update(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte value in data) crc = table[(byte)(crc ^ value)] ^ (crc >> 8);
        return crc;
    }

    static uint[] MakeTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < table.Length; n++)
        {
            uint crc = n;
            for (int bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? 0xEDB88320 ^ (crc >> 1) : crc >> 1;
            table[n] = crc;
        }
        return table;
    }
}
