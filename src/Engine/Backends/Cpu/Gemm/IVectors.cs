namespace TripletGpu.Backends.Cpu.Gemm;

/// <summary>
/// What the products and convolutions need from a vector instruction set, so that one body of each serves all of them:
/// the JIT compiles it anew for every set. Masks are vectors whose lanes have all bits set or none.
/// </summary>
/// <typeparam name="V">The vector.</typeparam>
unsafe interface IVectors<V> where V : unmanaged
{
    /// <summary>Floats in a vector.</summary>
    static abstract int Count { get; }

    /// <summary>Rows of the register tile: what leaves registers for two vectors of B and a broadcast of A.</summary>
    static abstract int TileRows { get; }

    static abstract V Load(float* from);

    static abstract void Store(V value, float* to);

    static abstract V Create(float value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    static abstract V Multiply(V a, V b);

    /// <summary>a * b + c, fused where the hardware fuses.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>The larger of two, lane by lane; NaN in <paramref name="a"/> may give either.</summary>
    static abstract V Max(V a, V b);

    /// <summary>A mask of the first <paramref name="count"/> lanes; any number is allowed.</summary>
    static abstract V FirstLanes(int count);

    static abstract V And(V a, V b);

    /// <summary>A mask of the lanes where 0 &lt;= at[lane] + offset &lt; size.</summary>
    static abstract V Inside(int* at, int offset, int size);

    /// <summary>Asks for a cache line before its use.</summary>
    static abstract void Prefetch(float* at);

    /// <summary>Asks for a cache line that is used later, past the nearest cache.</summary>
    static abstract void PrefetchToL2(float* at);

    static abstract bool IsAll(V mask);

    static abstract bool IsNone(V mask);

    /// <summary>The masked lanes, 0 in the others. At least one lane is masked in, and reads stay near those.</summary>
    static abstract V LoadMasked(float* from, V mask);

    /// <summary>Every other float of two vectors from <paramref name="from"/>.</summary>
    static abstract V LoadEven(float* from);

    /// <summary>Writes the first <paramref name="count"/> lanes.</summary>
    static abstract void StoreFirst(V value, float* to, int count);

    /// <summary>
    /// Transposes lines of one vector each, <paramref name="lineStep"/> apart: column i goes to to + i * columnStep as
    /// a whole vector. Lines from <paramref name="lines"/> on count as 0, and so do columns outside the mask.
    /// </summary>
    static abstract void Transpose(float* from, nint lineStep, int lines, V mask, float* to, nint columnStep);
}
