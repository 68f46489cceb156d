namespace TripletGpu.RandomNumbers;

/// <summary>
/// Which elements dropout drops: a function of these numbers and the element's index alone. Nothing is stored; backward
/// draws the same mask again, on any device.
/// </summary>
/// <param name="Rate">The probability that an element is dropped, in [0, 1).</param>
/// <param name="Seed">The run's seed.</param>
/// <param name="Stream">The layer's stream.</param>
/// <param name="Step">The training step.</param>
public readonly record struct DropoutMask(float Rate, ulong Seed, ulong Stream, uint Step)
{
    /// <summary>Elements of one group of Philox blocks: sixteen blocks of four numbers.</summary>
    public const int Group = 64;

    /// <summary>An element is kept if its 32 bits are at least this.</summary>
    public uint Threshold => (uint)Math.Min(Rate * 4294967296.0, uint.MaxValue);

    /// <summary>What kept elements are multiplied by, so that the expectation stays.</summary>
    public float Scale => 1 / (1 - Rate);

    /// <summary>The counter of the first of the sixteen Philox blocks of a group of 64 elements.</summary>
    public ulong Counter(long group) => ((ulong)Step << 32) | (uint)(group * 16);

    /// <summary>
    /// Whether an element is kept. Within its group of 64, element 16 j + k takes word j of block k: sixteen blocks
    /// side by side in vector registers then yield their elements in order, with no transposition.
    /// </summary>
    public bool Keeps(long element)
    {
        (uint a, uint b, uint c, uint d) = Philox.Block(Seed, Stream, Counter(element / Group) + (ulong)(element & 15));
        return ((element >> 4) & 3) switch { 0 => a, 1 => b, 2 => c, _ => d } >= Threshold;
    }
}
