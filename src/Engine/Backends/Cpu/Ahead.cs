using System.Runtime.CompilerServices;
using TripletGpu.Backends.Cpu.Simd;

namespace TripletGpu.Backends.Cpu;

/// <summary>
/// Asks for memory that is needed after some computing, a part at a time: a batch's maps do not fit L2, and transposed
/// copies go through too many lines at once for the hardware to see streams in them.
/// </summary>
static unsafe class Ahead<V> where V : unmanaged, ITileVector<V>
{
    /// <summary>Asks for a part of so many floats, one of an even number of parts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Ask(float* from, nint floats, int part, int parts)
    {
        float* end = from + floats * (part + 1) / parts;
        for (float* at = from + floats * part / parts; at < end; at += CpuBuffer.Line) V.PrefetchToL2(at);
    }
}
