namespace TripletGpu.Backends.Cpu.MetricLearning;

/// <summary>
/// What distance kernels ask of one width of vector. Kernels are generic over it: the JIT compiles each once for every
/// instruction set.
/// </summary>
unsafe interface IRowVector<V> where V : struct
{
    /// <summary>Lanes of a vector.</summary>
    static abstract int Count { get; }

    static abstract V Load(float* from);

    static abstract void Store(V x, float* to);

    static abstract V Broadcast(float value);

    static abstract V Add(V a, V b);

    static abstract V Subtract(V a, V b);

    /// <summary>a * b + c.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    static abstract V Min(V a, V b);

    /// <summary>The larger of the two, but <paramref name="max"/> where x is infinite or NaN.</summary>
    static abstract V MaxFinite(V max, V x);

    static abstract V Sqrt(V x);

    /// <summary>count + 1 where x > s, else count.</summary>
    static abstract V CountGreater(V count, V x, V s);

    /// <summary>count + 1 where x >= s, else count.</summary>
    static abstract V CountAtLeast(V count, V x, V s);

    /// <summary>Stores lanes of whole numbers as integers.</summary>
    static abstract void StoreIntegers(V x, int* to);

    /// <summary>One bit a lane, the first lane lowest: where a &lt; b.</summary>
    static abstract uint LessBits(V a, V b);

    /// <summary>The sum of the lanes.</summary>
    static abstract float Sum(V x);
}
