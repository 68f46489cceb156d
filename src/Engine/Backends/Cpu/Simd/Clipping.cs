using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>A <see cref="ClipRange"/>'s ends in all lanes, for loops that write what is clipped.</summary>
static class Clipping
{
    /// <summary>min(max(value, low), high) in two instructions; NaN stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Clip<V>(V value, V low, V high) where V : struct, ICpuVector<V> =>
        V.MinNative(high, V.MaxNative(low, value));
}
