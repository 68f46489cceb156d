using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>What is summed over a window, or else made of its elements, and what becomes of the sum.</summary>
interface IWindowSum<V>
{
    /// <summary>The sum of nothing.</summary>
    static abstract V Start { get; }

    /// <summary>sum + f(x).</summary>
    V Add(V sum, V x);

    /// <summary>The result of a vector of windows that starts at row p, column q.</summary>
    unsafe V Finish(V sum, int p, int q);
}

/// <summary>The sum itself.</summary>
readonly struct Plain<V> : IWindowSum<V> where V : struct, ICpuVector<V>
{
    public static V Start => default;

    public V Add(V sum, V x) => sum + x;

    public V Finish(V sum, int p, int q) => sum;
}

/// <summary>sum / (rows[p] * columns[q]).</summary>
readonly unsafe struct Mean<V>(float* rows, float* columns) : IWindowSum<V> where V : struct, ICpuVector<V>
{
    public static V Start => default;

    public V Add(V sum, V x) => sum + x;

    public V Finish(V sum, int p, int q) => sum / (V.Create(rows[p]) * V.Load(columns + q));
}

/// <summary>The same where pixels are vectors.</summary>
readonly unsafe struct PixelMean<V>(float* rows, float* columns) : IWindowSum<V> where V : struct, ICpuVector<V>
{
    public static V Start => default;

    public V Add(V sum, V x) => sum + x;

    public V Finish(V sum, int p, int q) => sum / V.Create(rows[p] * columns[q]);
}

/// <summary>The root of the sum of squares.</summary>
readonly struct Norm<V> : IWindowSum<V> where V : struct, ICpuVector<V>
{
    public static V Start => default;

    public V Add(V sum, V x) => V.MultiplyAdd(x, x, sum);

    public V Finish(V sum, int p, int q) => V.Sqrt(sum);
}

/// <summary>The sum times the element of a plane.</summary>
readonly unsafe struct Times<V>(float* plane, int width) : IWindowSum<V> where V : struct, ICpuVector<V>
{
    public static V Start => default;

    public V Add(V sum, V x) => sum + x;

    public V Finish(V sum, int p, int q) => sum * V.Load(plane + p * width + q);
}

/// <summary>The largest element; NaN wins.</summary>
readonly struct Largest<V> : IWindowSum<V> where V : struct, ICpuVector<V>
{
    public static V Start => V.Create(float.NegativeInfinity);

    public V Add(V sum, V x) => Of(x, sum);

    public V Finish(V sum, int p, int q) => sum;

    /// <summary>
    /// x where it is larger or NaN, else the largest so far: what the next waits for is a maximum and a choice by x
    /// alone, which takes half as long as a comparison and a choice by that.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Of(V x, V largest) => V.Select(V.Equal(x, x), V.MaxNative(x, largest), x);
}
