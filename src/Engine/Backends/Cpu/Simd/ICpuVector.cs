using System.Runtime.CompilerServices;
using TripletGpu.Kernels;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// A vector of floats of one width with its memory accesses. Loops over <c>V : ICpuVector</c> are compiled once for
/// each instruction set. The last vector of an array is loaded whole, into the slack of its buffer, and stored in part:
/// every element is computed by the same instructions, wherever an array is split between threads.
/// </summary>
unsafe interface ICpuVector<TSelf> : ISimd<TSelf> where TSelf : struct, ICpuVector<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(float* from);

    /// <summary>Every second element: from[0], from[2], ...</summary>
    static abstract TSelf LoadEven(float* from);

    static abstract void Store(TSelf value, float* to);

    /// <summary>One byte a lane, as numbers.</summary>
    static abstract TSelf LoadBytes(byte* from);

    /// <summary>Whole numbers 0 .. 127, one byte a lane.</summary>
    static abstract void StoreBytes(TSelf value, byte* to);

    /// <summary>All bits of a lane where a = b, for <see cref="ISimd{TSelf}.Select"/>.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>All bits of a lane where a > b or a is NaN.</summary>
    static abstract TSelf GreaterOrNaN(TSelf a, TSelf b);

    /// <summary>Lanes 0 .. count - 1 of <paramref name="yes"/>, the others of <paramref name="no"/>.</summary>
    static abstract TSelf FirstLanes(int count, TSelf yes, TSelf no);

    /// <summary>
    /// Value where the bits, read as unsigned, are at least <paramref name="threshold"/>, elsewhere 0.
    /// </summary>
    static abstract TSelf WhereAtLeast(uint* bits, uint threshold, TSelf value);

    /// <summary>The nearest integer, the even one of two.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>value * 2^n for integers n within -200 .. 200; too large becomes infinite, too small 0.</summary>
    static abstract TSelf TimesPowerOf2(TSelf value, TSelf n);

    /// <summary>The sum of the lanes.</summary>
    static abstract float Sum(TSelf value);

    /// <summary>Stores as many lanes as an array of <paramref name="remaining"/> more elements has room for.</summary>
    static virtual void Store(TSelf value, float* to, int remaining)
    {
        if (remaining >= TSelf.Count) TSelf.Store(value, to);
        else StorePart(value, to, remaining);
    }

    // Apart, so that the loop's common case stays free of the stack buffer.
    [MethodImpl(MethodImplOptions.NoInlining)]
    static void StorePart(TSelf value, float* to, int count)
    {
        float* lanes = stackalloc float[TSelf.Count];
        TSelf.Store(value, lanes);
        for (int i = 0; i < count; i++) to[i] = lanes[i];
    }
}
