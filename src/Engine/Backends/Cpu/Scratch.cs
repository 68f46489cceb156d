namespace TripletGpu.Backends.Cpu;

/// <summary>
/// A block of host memory that only grows, aligned to a cache line: what a kernel needs besides its operands. Kept
/// between calls, so that a training loop allocates nothing.
/// </summary>
sealed unsafe class Scratch<T> where T : unmanaged
{
    const int CacheLine = 64;
    byte[] memory = [];

    /// <summary>Room for <paramref name="count"/> values of undefined contents. An earlier pointer becomes invalid.</summary>
    public T* Get(long count)
    {
        long bytes = count * sizeof(T) + CacheLine;
        if (memory.LongLength < bytes)
        {
            memory = []; // before the new block is made: the two need not exist together
            memory = GC.AllocateUninitializedArray<byte>(checked((int)bytes), pinned: true);
        }
        nint start = (nint)System.Runtime.CompilerServices.Unsafe.AsPointer(ref memory[0]);
        return (T*)((start + CacheLine - 1) & -CacheLine);
    }
}
