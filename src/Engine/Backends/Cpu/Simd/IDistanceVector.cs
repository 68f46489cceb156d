using TripletGpu.Backends.Cpu.SmallConvolution;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// What searches in rows of distances ask of a vector besides. Comparisons end in bits or counts at once: as vectors of
/// their own, masks would pass through a register more.
/// </summary>
unsafe interface IDistanceVector<TSelf> : ICpuVector<TSelf> where TSelf : struct, IDistanceVector<TSelf>
{
    /// <summary>One bit a lane, the first lane lowest: where a > b.</summary>
    static abstract uint GreaterBits(TSelf a, TSelf b);

    /// <summary>count + 1 where a > b, else count.</summary>
    static abstract TSelf CountGreater(TSelf count, TSelf a, TSelf b);

    /// <summary>count + 1 where a >= b, else count.</summary>
    static abstract TSelf CountGreaterOrEqual(TSelf count, TSelf a, TSelf b);

    /// <summary>Stores lanes of whole numbers as integers.</summary>
    static abstract void StoreIntegers(TSelf value, int* to);

    /// <summary>The larger of each pair, but <paramref name="max"/> where x is infinite or NaN.</summary>
    static abstract TSelf MaxFinite(TSelf max, TSelf x);
}
