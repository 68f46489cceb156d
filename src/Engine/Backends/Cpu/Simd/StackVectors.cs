using System.Runtime.CompilerServices;

namespace TripletGpu.Backends.Cpu.Simd;

/// <summary>Vectors on the stack.</summary>
static unsafe class StackVectors
{
    /// <summary>
    /// The first place at a multiple of a vector's size. The runtime aligns the stack to 16 bytes, and a vector that
    /// lies in two cache lines is stored and loaded as two.
    /// </summary>
    /// <param name="memory">Room for one vector more than is needed.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V* Align<V>(V* memory) where V : unmanaged =>
        (V*)(((nint)memory + sizeof(V) - 1) & -sizeof(V));
}
