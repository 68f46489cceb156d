using System.Runtime.CompilerServices;

namespace TripletGpu.RandomNumbers;

/// <summary>
/// Philox 4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011): the n-th number is a function
/// of (seed, stream, n) alone. Any device can draw any element's number by itself, so dropout and initialisation agree
/// across backends and thread counts, and a checkpoint stores one counter.
/// </summary>
public sealed class Philox
{
    readonly ulong seed, stream;
    ulong next;

    /// <param name="seed">The run's seed.</param>
    /// <param name="stream">What the numbers are for: streams of one seed are independent.</param>
    /// <param name="position">How many numbers to skip.</param>
    public Philox(ulong seed, ulong stream = 0, ulong position = 0) =>
        (this.seed, this.stream, next) = (seed, stream, position);

    /// <summary>How many numbers have been drawn; what a checkpoint stores.</summary>
    public ulong Position => next;

    /// <summary>32 random bits.</summary>
    public uint NextUInt32()
    {
        ulong n = next++;
        (uint a, uint b, uint c, uint d) = Block(seed, stream, n >> 2);
        return (n & 3) switch { 0 => a, 1 => b, 2 => c, _ => d };
    }

    /// <summary>Evenly in [0, 1), a multiple of 2^-24.</summary>
    public float NextSingle() => ToSingle(NextUInt32());

    /// <summary>Evenly in 0 .. bound - 1, without bias (Lemire's rejection).</summary>
    public int NextInt32(int bound)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bound);
        ulong product = (ulong)NextUInt32() * (uint)bound;
        if ((uint)product < (uint)bound)
        {
            uint threshold = (uint)-bound % (uint)bound;
            while ((uint)product < threshold) product = (ulong)NextUInt32() * (uint)bound;
        }
        return (int)(product >> 32);
    }

    /// <summary>Standard normal (Box-Muller, one of the pair; two draws a number).</summary>
    public float NextNormal()
    {
        double radius = Math.Sqrt(-2 * Math.Log((NextUInt32() + 1.0) / 4294967296.0));
        return (float)(radius * Math.Cos(2 * Math.PI * (NextUInt32() / 4294967296.0)));
    }

    /// <summary>Puts a span into a random order (Fisher-Yates).</summary>
    public void Shuffle<T>(Span<T> values)
    {
        for (int i = values.Length - 1; i > 0; i--)
        {
            int j = NextInt32(i + 1);
            (values[i], values[j]) = (values[j], values[i]);
        }
    }

    /// <summary>The upper 24 of 32 bits as a float in [0, 1).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToSingle(uint bits) => (bits >> 8) * (1f / (1 << 24));

    /// <summary>The four numbers of one counter value: ten rounds of the Philox 4x32 bijection.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static (uint, uint, uint, uint) Block(ulong seed, ulong stream, ulong counter)
    {
        uint c0 = (uint)counter, c1 = (uint)(counter >> 32), c2 = (uint)stream, c3 = (uint)(stream >> 32);
        uint k0 = (uint)seed, k1 = (uint)(seed >> 32);
        for (int round = 0; round < 10; round++)
        {
            ulong p0 = (ulong)c0 * 0xD2511F53, p1 = (ulong)c2 * 0xCD9E8D57;
            (c0, c1, c2, c3) = ((uint)(p1 >> 32) ^ c1 ^ k0, (uint)p1, (uint)(p0 >> 32) ^ c3 ^ k1, (uint)p0);
            k0 += 0x9E3779B9;
            k1 += 0xBB67AE85;
        }
        return (c0, c1, c2, c3);
    }
}
