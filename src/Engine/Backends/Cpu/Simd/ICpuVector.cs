using TripletGpu.Backends.Cpu.SmallConvolution;
using TripletGpu.Kernels.Functions;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>
/// A vector of floats of one width: <see cref="ISimd{TSelf}"/>'s arithmetic, memory accesses and masks. Code over
/// <c>V : ICpuVector</c> is compiled once for each instruction set. The last vector of an array is loaded whole, into
/// the slack of its buffer, and stored in part: every element is computed by the same instructions, wherever an array
/// is split between threads.
/// <para>A mask is a vector whose lanes have all bits set or none, as comparisons give it.</para>
/// </summary>
unsafe interface ICpuVector<TSelf> : ISimd<TSelf> where TSelf : struct, ICpuVector<TSelf>
{
    /// <summary>The number of lanes.</summary>
    static abstract int Count { get; }

    static abstract TSelf Load(float* from);

    /// <summary>Every second element: from[0], from[2], ...</summary>
    static abstract TSelf LoadEven(float* from);

    /// <summary>One byte a lane, as numbers.</summary>
    static abstract TSelf LoadBytes(byte* from);

    static abstract void Store(TSelf value, float* to);

    /// <summary>Stores the first <paramref name="count"/> lanes, all of them if there are not so many.</summary>
    static abstract void Store(TSelf value, float* to, int count);

    /// <summary>
    /// Stores the first <paramref name="count"/> lanes to every second place: to[0], to[2], ... What lies between them
    /// is not touched.
    /// </summary>
    static abstract void StoreEven(TSelf value, float* to, int count);

    /// <summary>Stores whole numbers 0 .. 127, one byte a lane.</summary>
    static abstract void StoreBytes(TSelf value, byte* to);

    /// <summary>The lanes where a = b.</summary>
    static abstract TSelf Equal(TSelf a, TSelf b);

    /// <summary>The lanes where a > b or a is NaN.</summary>
    static abstract TSelf GreaterOrNaN(TSelf a, TSelf b);

    /// <summary>The first <paramref name="count"/> lanes; any number is allowed.</summary>
    static abstract TSelf FirstLanes(int count);

    /// <summary>The value in the lanes of a mask, 0 in the others; or the lanes that two masks share.</summary>
    static abstract TSelf operator &(TSelf a, TSelf b);

    /// <summary>A mask's bits, one a lane, the first lane lowest.</summary>
    static abstract uint Bits(TSelf mask);

    static virtual bool IsAll(TSelf mask) => TSelf.Bits(mask) == (1u << TSelf.Count) - 1;

    static virtual bool IsNone(TSelf mask) => TSelf.Bits(mask) == 0;

    /// <summary>
    /// Value where the bits, read as unsigned, are at least <paramref name="threshold"/>, elsewhere 0.
    /// </summary>
    static abstract TSelf WhereAtLeast(uint* bits, uint threshold, TSelf value);

    /// <summary>
    /// sum += a * b, rounded as <see cref="ISimd{TSelf}.MultiplyAdd"/> but in the sum's own register, which makes hot
    /// loops a tenth faster.
    /// </summary>
    static abstract void AddProduct(ref TSelf sum, TSelf a, TSelf b);

    /// <summary>The larger of each pair in one instruction; a NaN in b stays, one in a may not.</summary>
    static abstract TSelf MaxNative(TSelf a, TSelf b);

    /// <summary>The smaller of each pair in one instruction; a NaN in b stays, one in a may not.</summary>
    static abstract TSelf MinNative(TSelf a, TSelf b);

    /// <summary>The nearest integer, the even one of two.</summary>
    static abstract TSelf Round(TSelf value);

    /// <summary>value * 2^n for integers n within -200 .. 200; too large becomes infinite, too small 0.</summary>
    static abstract TSelf TimesPowerOf2(TSelf value, TSelf n);

    /// <summary>Asks for a cache line before its use.</summary>
    static abstract void Prefetch(float* at);

    /// <summary>The sum of the lanes.</summary>
    static abstract float Sum(TSelf value);
}
