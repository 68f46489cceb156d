namespace TripletGpu.Kernels.Functions;

/// <summary>
/// Philox 4x32-10 (Salmon et al. 2011) on a device: random bits as a function of seed, stream and counter.
/// </summary>
static class PhiloxBlock
{
    /// <summary>
    /// One of the four words of a block: ten rounds over a counter of 128 bits, whose upper half is the stream.
    /// </summary>
    public static uint Word(
        int word, uint counterLow, uint counterHigh, uint streamLow, uint streamHigh, uint seedLow, uint seedHigh)
    {
        uint c0 = counterLow, c1 = counterHigh, c2 = streamLow, c3 = streamHigh;
        uint k0 = seedLow, k1 = seedHigh;
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = c0 * 0xD2511F53ul, p1 = c2 * 0xCD9E8D57ul;
            uint next0 = (uint)(p1 >> 32) ^ c1 ^ k0, next2 = (uint)(p0 >> 32) ^ c3 ^ k1;
            c1 = (uint)(p1 & 0xFFFFFFFFul);
            c3 = (uint)(p0 & 0xFFFFFFFFul);
            c0 = next0;
            c2 = next2;
            k0 = unchecked(k0 + 0x9E3779B9u);
            k1 = unchecked(k1 + 0xBB67AE85u);
        }
        return word == 0 ? c0 : word == 1 ? c1 : word == 2 ? c2 : c3;
    }
}
