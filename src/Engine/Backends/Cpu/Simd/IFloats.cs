namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// One vector register of floats. Kernels are generic over it, so each is written once and the JIT makes a version for
/// every instruction set. Comparisons return all bits set in the lanes where they hold.
/// </summary>
interface IFloats<V> where V : unmanaged, IFloats<V>
{
    /// <summary>Lanes of one vector.</summary>
    static abstract int Count { get; }

    /// <summary>0 in every lane.</summary>
    static abstract V Zero { get; }

    static abstract V Create(float value);

    static unsafe abstract V Load(float* p);

    /// <summary>
    /// The first <paramref name="n"/> lanes, the others 0. A row's last vector is loaded whole, which the slack of every
    /// buffer allows, and cut with this.
    /// </summary>
    static abstract V KeepFirst(V x, int n);

    /// <summary>Every second element: p[0], p[2], ...</summary>
    static unsafe abstract V LoadEven(float* p);

    static unsafe abstract void Store(V x, float* p);

    /// <summary>Writes the first <paramref name="n"/> (1 .. Count) lanes and nothing else.</summary>
    static unsafe abstract void StoreFirst(V x, float* p, int n);

    static abstract V operator +(V a, V b);

    static abstract V operator -(V a, V b);

    static abstract V operator *(V a, V b);

    static abstract V operator /(V a, V b);

    static abstract V operator &(V a, V b);

    /// <summary>a * b + c, rounded once where the hardware does so.</summary>
    static abstract V MultiplyAdd(V a, V b, V c);

    /// <summary>The larger lane by lane; <paramref name="b"/> where either is NaN.</summary>
    static abstract V Max(V a, V b);

    static abstract V Sqrt(V x);

    static abstract V IsGreater(V a, V b);

    static abstract V AreEqual(V a, V b);

    /// <summary>Where <paramref name="a"/> is greater or NaN.</summary>
    static abstract V IsGreaterOrNaN(V a, V b);

    /// <summary><paramref name="a"/> where the mask is set, <paramref name="b"/> elsewhere.</summary>
    static abstract V Select(V mask, V a, V b);

    /// <summary>The sum of all lanes.</summary>
    static abstract float Sum(V x);
}
