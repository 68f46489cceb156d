using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu.Pooling;

/// <summary>What a pixel gets of the windows that cover it.</summary>
interface IWindowShares<V>
{
    /// <summary>The part of the window at an offset that has the pixel at this place.</summary>
    V Of(nint window, V place);

    /// <summary>What becomes of the sum at a pixel's offset.</summary>
    V Finish(V sum, nint pixel);
}

/// <summary>dy of a window that took its maximum there.</summary>
readonly unsafe struct OfMaxima<V>(float* places, float* dy) : IWindowShares<V> where V : struct, ICpuVector<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of(nint window, V place) =>
        V.Select(V.Equal(V.Load(places + window), place), V.Load(dy + window), default);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Finish(V sum, nint pixel) => sum;
}

/// <summary>
/// The same for each pixel of a window; their sum times the pixel, unless <paramref name="x"/> is null.
/// </summary>
readonly unsafe struct OfShares<V>(float* shares, float* x) : IWindowShares<V> where V : struct, ICpuVector<V>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Of(nint window, V place) => V.Load(shares + window);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public V Finish(V sum, nint pixel) => x == null ? sum : sum * V.Load(x + pixel);
}
