namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>What register tiles, and the copies that feed them, ask of a vector besides.</summary>
unsafe interface ITileVector<TSelf> : ICpuVector<TSelf> where TSelf : unmanaged, ITileVector<TSelf>
{
    /// <summary>Rows of the register tile: what leaves registers for two vectors of B and a broadcast of A.</summary>
    static abstract int TileRows { get; }

    /// <summary>The masked lanes, 0 in the others. At least one lane is masked in, and reads stay near those.</summary>
    static abstract TSelf LoadMasked(float* from, TSelf mask);

    /// <summary>A mask of the lanes where 0 &lt;= at[lane] + offset &lt; size.</summary>
    static abstract TSelf Inside(int* at, int offset, int size);

    /// <summary>Asks for a cache line that is used later, past the nearest cache.</summary>
    static abstract void PrefetchToL2(float* at);

    /// <summary>
    /// Transposes lines <paramref name="lineStep"/> apart: column i goes to to + i * columnStep as a whole vector, the
    /// first <paramref name="columns"/> of them, in their order: one may run over into the next one's place. Lines from
    /// <paramref name="lines"/> on count as 0. Whole vectors are read of the others.
    /// </summary>
    static abstract void Transpose(float* from, nint lineStep, int lines, int columns, float* to, nint columnStep);
}
